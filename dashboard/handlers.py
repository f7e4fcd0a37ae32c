"""What the server answers beside the page: two health checks without data. Every answer is guarded."""

import secrets
from http import HTTPStatus

from tornado.httputil import HTTPHeaders
from tornado.web import OutputTransform, RequestHandler

from dashboard.facts.levels import SNAPSHOT_STOPPED
from dashboard.facts.refresher import Clock, Refresher

PROCESS = secrets.token_hex(8)
"""Names this process to pages that were opened from an earlier one."""

# No page runs CustomJS, so nothing needs 'unsafe-eval'. Bokeh starts a page from an inline script and styles it inline.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline' blob: data:; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss: data: blob:; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
)


class Guarded(OutputTransform):
    """Adds the security headers to every response of the server, Panel's own included."""

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        headers["Content-Security-Policy"] = POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        if headers.get("Content-Type", "").startswith("text/html"):
            headers["Cache-Control"] = "no-store"  # a page that is shown again must not begin with its numbers of then
        return super().transform_first_chunk(status_code, headers, chunk, finishing)


class Alive(RequestHandler):
    """`/healthz`: the process answers. Pages ask it too, to notice that their server is another one."""

    def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.write({"process": PROCESS})


class Ready(RequestHandler):
    """`/readyz`: 503 while there is no snapshot younger than 180 s."""

    def initialize(self, refresher: Refresher, clock: Clock) -> None:
        self.refresher = refresher
        self.clock = clock

    def get(self) -> None:
        snapshot = self.refresher.reading.snapshot
        age = self.clock() - snapshot.built_at if snapshot else None
        if age is None or age > SNAPSHOT_STOPPED:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
        self.set_header("Cache-Control", "no-store")
        self.write({"snapshot_age_seconds": age and round(age.total_seconds()), "sessions": self.refresher.sessions})
