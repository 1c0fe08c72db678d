"""One shape for every no, whoever says it: the market, the validation, the router, the database, or a bug."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from marketplace_core.errors import BadTerms, Refused

MOST_MISTAKES = 20
#: The database is restarting, too busy, or somebody holds what we need: the same request may work in a moment.
AWAY = (OperationalError, InterfaceError, PoolIsEmpty, ConnectionError, TimeoutError)


class Fault(BaseModel):
    code: str = Field(description="For programs: one word for the situation.", examples=["not_enough_left"])
    message: str = Field(description="For people, in English.", examples=["3000 kg left"])
    field: str | None = Field(None, description="The value that is at fault.", examples=["kg"])
    details: dict[str, Any] | None = Field(
        None, description="Figures that go with the code.", examples=[{"left_kg": 3000}]
    )
    request_id: str = Field(description="Ours for this request: quote it when you ask about it.")


class Problem(BaseModel):
    """The body of every answer that is not a success."""

    error: Fault


class TooLarge(Refused):
    """The body is larger than this door takes."""

    http = 413

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"at most {most_bytes} bytes")
        self.most_bytes = most_bytes


class TooManyRequests(Refused):
    """More requests within a minute than anybody gets."""

    http = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many requests; slow down")
        self.retry_after = retry_after


class TryAgain(Refused):
    """The database is away or busy; the same request may work in a moment."""

    http = 503

    def __init__(self) -> None:
        super().__init__("not possible at this moment; nothing was changed, try again")
        self.retry_after = 1


def code_of(kind: type[Refused]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def answer(fault: Exception, request_id: str) -> Response | None:
    """The response for this fault, or None for one that nobody foresaw."""
    if isinstance(fault, AWAY):
        fault = TryAgain()
    if isinstance(fault, Refused):
        return refusal(fault, request_id)
    if isinstance(fault, RequestValidationError):
        return _mistakes(fault, request_id)
    if isinstance(fault, HTTPException):
        words = HTTPStatus(fault.status_code)
        code = {400: "bad_request"}.get(fault.status_code, words.name.lower())
        return problem(fault.status_code, code, words.phrase, request_id, headers=fault.headers)
    return None


def bug(request_id: str) -> Response:
    return problem(500, "our_fault", "Something broke on our side; nothing was changed.", request_id)


async def handle(request: Request, fault: Exception) -> Response:
    given = answer(fault, request.state.request_id)
    if given is None:
        raise fault
    return given


def refusal(no: Refused, request_id: str) -> Response:
    facts = {name: _plain(value) for name, value in vars(no).items() if not name.startswith("_")}
    field = facts.pop("field", None)
    retry_after = facts.get("retry_after")
    message = str(no) or (type(no).__doc__ or "").strip().partition("\n")[0] or code_of(type(no))
    if isinstance(no, BadTerms):
        message = f"{field} is outside what the market takes"
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    if no.http == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(
        no.http, code_of(type(no)), message, request_id, field=field, details=facts, headers=headers
    )


def _mistakes(fault: RequestValidationError, request_id: str) -> Response:
    found = [
        {"field": _where(each["loc"]), "message": _safe(str(each["msg"])), "kind": each["type"]}
        for each in fault.errors()[:MOST_MISTAKES]
    ]
    first = found[0]
    if first["kind"] == "json_invalid":
        return problem(400, "bad_json", "The body is not JSON.", request_id)
    message = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    return problem(
        422, "not_valid", message, request_id, field=first["field"] or None, details={"mistakes": found}
    )


def _where(loc: tuple[Any, ...]) -> str:
    """`body.kg` is `kg` for whoever sent it."""
    return _safe(".".join(str(step) for step in loc[1:]))[:200]


def _safe(words: str) -> str:
    return words.encode("utf-8", "replace").decode()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, UUID | date | datetime):
        return value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return {str(k): _plain(v) for k, v in value.items()} if isinstance(value, Mapping) else None


def problem(
    status: int,
    code: str,
    message: str,
    request_id: str,
    *,
    field: str | None = None,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    told: dict[str, Any] = {"code": code, "message": message}
    told |= {"field": field} if field else {}
    told |= {"details": dict(details)} if details else {}
    body = json.dumps({"error": told | {"request_id": request_id}})
    return Response(body, status, headers=dict(headers or {}), media_type="application/json")


NOT_VALID = "`not_valid` A value is of the wrong kind or outside its bounds; `field` names it."


def refuses(*kinds: type[Refused]) -> dict[int | str, dict[str, Any]]:
    """What the documentation says of these refusals, by status."""
    by_status: dict[int | str, list[type[Refused]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.http, []).append(kind)
    return {
        status: {
            "model": Problem,
            "description": "  \n".join(
                ([NOT_VALID] if status == 422 else [])
                + [f"`{code_of(kind)}` {_sentence(kind)}" for kind in together]
            ),
        }
        for status, together in by_status.items()
    }


def _sentence(kind: type[Refused]) -> str:
    return " ".join((kind.__doc__ or "").split())
