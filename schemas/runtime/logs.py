"""One JSON line an event on stderr; logs name the record, never its content (`ARCHITECTURE.md`, "Secrets and people").

Each line, also a library's, says which stage and which worker wrote it, and of which release.
"""

import logging
import sys

import structlog
from aiokafka.errors import InvalidProducerEpoch, ProducerFenced
from structlog.typing import EventDict, Processor

from schemas.runtime.version import version

QUIET = (
    "aiokafka",
    "pymongo",
    "httpx",
    "httpcore",
    "faust",
    "mode",
    "tornado.access",
    "bokeh",
    "uvicorn.access",
    "processors",
)


FENCES = (ProducerFenced, InvalidProducerEpoch)
SELDOM_S = 60.0
LINES_KNOWN = 1_000
STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)
AS_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)


class Seldom(logging.Filter):
    """A library's line, its values aside, at most once a minute: aiokafka writes thousands while a broker restarts."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        line = (record.name, str(record.msg))
        if record.created - self._said.get(line, 0.0) < SELDOM_S:
            return False
        if len(self._said) >= LINES_KNOWN:
            self._said.clear()
        self._said[line] = record.created
        return True


class Told(logging.Filter):
    """What a fence breaks was told to whoever wrote (`Fenced`); aiokafka leaves futures of its own with the same error."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        return not (record.name == "asyncio" and record.exc_info and isinstance(record.exc_info[1], FENCES))


def signed(stage: str, worker: str) -> Processor:
    """Puts both, and our release, into a line that does not tell them itself."""
    release = version()

    def sign(_logger: object, _method: str, line: EventDict) -> EventDict:
        return {"stage": stage, "worker": worker, "release": release, **line}

    return sign


def libraries(sign: Processor) -> logging.Handler:
    """Libraries speak on stderr as we do: one JSON line each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Told())
    handler.addFilter(Seldom())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                STAMP,
                sign,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                AS_JSON,
            ],
        )
    )
    return handler


def configure(level: str, stage: str, worker: str) -> None:
    """Set up this process's logging. Libraries speak from WARNING on."""
    sign = signed(stage, worker)
    logging.basicConfig(level=level, handlers=[libraries(sign)], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            STAMP,
            sign,
            structlog.processors.format_exc_info,
            AS_JSON,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
