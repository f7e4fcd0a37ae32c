"""`/login/provider`: to the provider of identities and back."""

from hmac import compare_digest
from http import HTTPStatus
from secrets import token_urlsafe

import structlog

from dashboard.access.login import Page
from dashboard.access.oidc import Provider
from dashboard.access.rules import HOME, PROVIDER, local
from schemas.errors import RetryLater

COOKIE = "collector_provider"
DAYS = 10 / 1_440
"""Ten minutes for the way there and back."""
PARTS = 3

log = structlog.get_logger(stage="dashboard")


class ProviderLogin(Page):
    """Two visits: without a code it sends the browser away, with one it looks whose it is."""

    async def get(self) -> None:
        """What went there comes back with the same state, from the same browser, or is refused."""
        provider = self.access.provider
        if provider is None or not self.access.terms.login:
            self.redirect(HOME)
            return
        try:
            if self.get_argument("state", ""):
                await self._back(provider)
            else:
                await self._away(provider)
        except RetryLater as exc:
            log.warning("a login at the provider of identities failed", why=str(exc))
            await self.form(HTTPStatus.BAD_GATEWAY, said="provider")

    async def _away(self, provider: Provider) -> None:
        state, verifier = token_urlsafe(), token_urlsafe(48)
        address = await provider.address(self._here, state, verifier)
        kept = " ".join((state, verifier, local(self.get_argument("next", HOME))))
        self.set_signed_cookie(COOKIE, kept, expires_days=DAYS)
        self.redirect(address)

    async def _back(self, provider: Provider) -> None:
        kept = (self.get_signed_cookie(COOKIE, max_age_days=DAYS) or b"").decode().split(" ", PARTS - 1)
        self.clear_cookie(COOKIE)
        if len(kept) != PARTS or not compare_digest(kept[0].encode(), self.get_argument("state").encode()):
            raise RetryLater("the state is not this browser's")
        _, verifier, then = kept
        name = await provider.who(self.get_argument("code", ""), self._here, verifier)
        user = (await self.access.people.read()).get(name)
        if user is None or not user.active:
            await self.form(HTTPStatus.FORBIDDEN, said="stranger")
            return
        self.access.enter(self, name)
        self.redirect(then)

    @property
    def _here(self) -> str:
        """The address of this page as the browser knows it; the gate has seen that the host is ours."""
        scheme = "https" if self.access.origin(self.request).https else "http"
        return f"{scheme}://{self.request.host}{PROVIDER}"
