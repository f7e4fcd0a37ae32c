"""A login at a provider of identities: who is a user comes in as that user, nobody else does."""

from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy import users
from tests.integration.dashboard_visitor import Visitor, guarded, known
from tests.integration.fake_provider import CLIENT, SECRET, Identities, identities

pytestmark = pytest.mark.integration

ANA = "ana@example.com"


async def back(visitor: Visitor, of: Identities, next_page: str = "/") -> str:
    """From the dashboard to the provider; the path and query with which it sends the browser back."""
    away = await visitor.get(f"/login/provider?next={next_page}")
    assert away.status_code == HTTPStatus.FOUND
    assert away.headers["location"].startswith(f"{of.issuer}/authorize?")
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(away.headers["location"])
    assert parse_qs(urlsplit(away.headers["location"]).query)["code_challenge_method"] == ["S256"]
    return answer.headers["location"].removeprefix(visitor.page)


async def test_a_person_of_the_provider_comes_in_as_the_user_of_that_name(mongo_uri: str, database: str) -> None:
    """With the user's role, where he wanted to go; not as one whose address is unverified, unknown or inactive."""
    settings = await known(mongo_uri, database, otto="admin")
    await users.add(settings, ANA, "operator", "pt_BR", None)
    async with identities() as of:
        named = {"dashboard_oidc_issuer": of.issuer, "dashboard_oidc_client": CLIENT, "dashboard_oidc_secret": SECRET}
        async with guarded(mongo_uri, database, **named) as (page, _), Visitor(page) as ana, Visitor(page) as thief:
            assert "Entrar com a conta da empresa" in (await ana.get("/login")).text
            refused = await ana.log_in(ANA, "")
            assert refused.status_code == HTTPStatus.FORBIDDEN, "she has no password here"

            of.person = {"sub": "1", "email": "Ana@Example.com", "email_verified": True}
            path = await back(ana, of, "/fila.csv")
            stolen = await thief.get(path)
            assert (stolen.status_code, bool(thief.cookie)) == (HTTPStatus.BAD_GATEWAY, False), "another browser's state"
            arrived = await ana.get(path)
            assert (arrived.status_code, arrived.headers["location"]) == (HTTPStatus.FOUND, "/fila.csv")
            assert (await ana.get("/logout")).text.count(ANA) == 1
            assert (await ana.get(path)).status_code == HTTPStatus.BAD_GATEWAY, "a code is used once"

            for person in (
                {"email": ANA, "email_verified": False},
                {"email": "eve@example.com"},
                {"sub": ANA},
                {"email": 7},
            ):
                of.person = person
                async with Visitor(page) as stranger:
                    answer = await stranger.get(await back(stranger, of))
                    assert (answer.status_code, stranger.cookie) == (HTTPStatus.FORBIDDEN, "")
                    assert "Sua conta ainda não tem usuário aqui." in answer.text
            await users.change(settings, ANA, active=False)
            of.person = {"email": ANA}
            async with Visitor(page) as stranger:
                assert (await stranger.get(await back(stranger, of))).status_code == HTTPStatus.FORBIDDEN

        wrong = {**named, "dashboard_oidc_secret": "another"}
        async with guarded(mongo_uri, database, **wrong) as (page, _), Visitor(page) as visitor:
            answer = await visitor.get(await back(visitor, of))
            assert (answer.status_code, "invalid_grant" in answer.text) == (HTTPStatus.BAD_GATEWAY, False)
            assert "Não foi possível entrar com a conta da empresa." in answer.text
