"""A collector of OpenTelemetry over HTTP, for tests: it decodes what comes with the official messages, and keeps it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse


class Span(NamedTuple):
    """One that came; ids in hexadecimal, `parent` "" for the first of a trace."""

    name: str
    trace: str
    span: str
    parent: str
    began: int
    done: int
    attributes: dict[str, Any]
    service: str


class Collector:
    """`raw`: bodies as they came; `headers`: of the last request."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.spans: list[Span] = []
        self.headers: dict[str, str] = {}
        self.endpoint = ""

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """One request. Raises DecodeError, AssertionError."""
        assert path == "/v1/traces"
        assert headers["content-type"] == "application/x-protobuf"
        self.raw.append(body)
        self.headers = headers
        for of_one in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = {one.key: one.value.string_value for one in of_one.resource.attributes}["service.name"]
            for scope in of_one.scope_spans:
                self.spans += [_span(one, service) for one in scope.spans]

    def trace(self, identity: int) -> dict[str, Span]:
        """The spans of one trace, by name; the last of several."""
        return {one.name: one for one in list(self.spans) if one.trace == f"{identity:032x}"}


def _span(one: Any, service: str) -> Span:  # noqa: ANN401 - a message of protobuf
    values = {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in one.attributes}
    ids = (one.trace_id.hex(), one.span_id.hex(), one.parent_span_id.hex())
    return Span(one.name, *ids, one.start_time_unix_nano, one.end_time_unix_nano, values, service)


@contextmanager
def collector() -> Iterator[Collector]:
    """Listens for as long as the block, on this machine only."""
    found = Collector()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            said = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's own signature
            """What came is in `found`."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        found.endpoint = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
