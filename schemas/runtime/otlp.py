"""Steps as spans of OpenTelemetry, sent over OTLP/HTTP by its own library. Nothing else here knows it."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context
from opentelemetry.util.re import parse_env_headers

from schemas.runtime.settings import Base
from schemas.runtime.spans import Tell
from schemas.stages import Heartbeat
from schemas.ways import Step

QUEUE = 2_048
BATCH = 512
EVERY_MS = 1_000
SEND_WITHIN_S = 5.0
GOODBYE_WITHIN_S = 1.0
"""So long a stage that ends waits for what is still to be sent."""
log = structlog.get_logger()


class Ids(IdGenerator):
    """Those of the step at hand, where the library would draw lots. Steps are told in one thread."""

    def __init__(self) -> None:
        self.trace = self.span = 1

    def generate_trace_id(self) -> int:
        """Of the first step; the others have it from the one before."""
        return self.trace

    def generate_span_id(self) -> int:
        """Of any."""
        return self.span


class Sender(SpanExporter):
    """Counts, and says once that the collector takes nothing, and once that it takes again.

    The library's own lines, one a try, are not written.
    """

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self.taken = self.lost = 0
        self._is_away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """In the library's thread."""
        result = self._inner.export(spans)
        if result is SpanExportResult.SUCCESS:
            self.taken += len(spans)
            if self._is_away:
                log.info("spans_taken_again", lost=self.lost)
        else:
            self.lost += len(spans)
            if not self._is_away:
                log.warning(
                    "spans_lost", lost=self.lost, why="OTEL_EXPORTER_OTLP_ENDPOINT takes none; said once until it does"
                )
        self._is_away = result is not SpanExportResult.SUCCESS
        return result

    def shutdown(self) -> None:
        """Give the connection back."""
        self._inner.shutdown()


@contextmanager
def exporter(settings: Base, me: Heartbeat) -> Iterator[Tell]:
    """What takes steps for as long as the block. What is not sent a second after it is lost, and counted."""
    logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)
    ids, told = Ids(), 0
    sender = Sender(
        OTLPSpanExporter(
            endpoint=settings.otel_exporter_otlp_endpoint.rstrip("/") + "/v1/traces",
            headers=parse_env_headers(settings.otel_exporter_otlp_headers.get_secret_value(), liberal=True),
            timeout=SEND_WITHIN_S,
        )
    )
    who = {"service.namespace": "collector", "service.name": me.stage, "service.version": me.release}
    provider = TracerProvider(
        sampler=ALWAYS_ON,  # who chooses is `schemas.ways`
        resource=Resource.create({**who, "service.instance.id": me.worker}),
        shutdown_on_exit=False,
        id_generator=ids,
    )
    provider.add_span_processor(
        BatchSpanProcessor(sender, max_queue_size=QUEUE, schedule_delay_millis=EVERY_MS, max_export_batch_size=BATCH)
    )
    tracer = provider.get_tracer("collector")

    def tell(step: Step, began: int, done: int) -> None:
        nonlocal told
        told += 1
        ids.trace, ids.span = step.trace, step.span
        before = SpanContext(step.trace, step.parent, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
        context = set_span_in_context(NonRecordingSpan(before)) if step.parent else None
        tracer.start_span(step.name, context, attributes=step.attributes, start_time=began).end(done)

    try:
        yield tell
    finally:
        leaving = threading.Thread(target=provider.shutdown, name="spans", daemon=True)
        leaving.start()
        leaving.join(GOODBYE_WITHIN_S)
        if told:
            log.info("spans", told=told, taken=sender.taken, lost=told - sender.taken)
