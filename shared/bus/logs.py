"""Logs as JSON lines that never hold a body, a name or a number of a person."""

import logging
import sys
from typing import Any

import structlog

_NOISY = ("nameko", "kombu", "amqp", "eventlet")


def configure(stream: Any = None) -> None:
    """Set up structlog and the standard library for a process of ours."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # nameko logs the text of every exception and kombu the body of a message it cannot read: ours are logged by the
    # edge, which keeps to the kind of fault and the lines of code
    for name in ("nameko.containers", "kombu.mixins"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


class _Json(logging.Formatter):
    """A record of somebody else's logger: its message template, and the fault without its text."""

    def format(self, record: logging.LogRecord) -> str:
        fault = where(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        rendered = structlog.processors.JSONRenderer(ensure_ascii=False)
        event = {"event": str(record.msg), "level": record.levelname.lower(), "logger": record.name, **fault}
        return str(rendered(None, "", event))


def where(error: BaseException) -> dict[str, Any]:
    """Which fault, and the lines of code it came through: all that may be said, for its text may name a person."""
    trail, traceback = [], error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        trail.append(f"{'/'.join(code.co_filename.split('/')[-3:])}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return {"fault": type(error).__name__, "trail": trail[-12:]}
