"""One JSON line an event on stderr; logs name the record, never its content (`reference/style.md`, section 3)."""

import logging
import sys

import structlog

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


def configure(level: str, stage: str) -> structlog.stdlib.BoundLogger:
    """Set up this process's logging and return the stage's logger. Libraries speak from WARNING on."""
    logging.basicConfig(stream=sys.stderr, level=level, format="%(levelname)s %(name)s %(message)s", force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    log: structlog.stdlib.BoundLogger = structlog.get_logger(stage=stage)
    return log
