"""One line of JSON for each thing that happened: what and where, never who, never what was said."""

import logging
import sys
import traceback

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Libraries whose own lines would carry addresses, texts or statements with their values.
_TOO_TALKATIVE = ("httpx", "httpcore", "sqlalchemy.engine", "twilio.http_client", "botocore", "urllib3")


def configure(level: str) -> None:
    """Our lines and those of libraries leave in the same form, on standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        fault_without_words,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _TOO_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def fault_without_words(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An exception becomes its kinds and its places: its message may quote what a person wrote."""
    given = event.pop("exc_info", None)
    fault = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(fault, BaseException):
        event["fault"] = [_described(each) for each in _chain(fault)]
    return event


def _chain(fault: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    following: BaseException | None = fault
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or following.__context__
    return chain


def _described(fault: BaseException) -> dict[str, object]:
    described: dict[str, object] = {
        "kind": f"{type(fault).__module__}.{type(fault).__qualname__}",
        "at": [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(fault.__traceback__)],
    }
    if sqlstate := getattr(fault, "sqlstate", None):
        described["sqlstate"] = sqlstate
    if isinstance(fault, OSError):
        described["errno"] = fault.errno
    return described
