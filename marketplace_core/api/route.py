"""The door of every request: one transaction, one caller, one answer.

`doors(tag)` makes a router whose requests are signed in; `open_doors(tag)` one for those who are not yet.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar, cast

from fastapi import APIRouter, Depends, Header, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import Response

from marketplace_core.api import faults, keys
from marketplace_core.api.envelope import Visitor
from marketplace_core.api.faults import Problem, TooLarge, TooManyRequests, TryAgain, refuses
from marketplace_core.api.office import Office
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import NotYours, Refused
from marketplace_core.logins import queries as logins
from marketplace_core.logins.errors import NotSignedIn
from marketplace_core.logins.queries import Caller

#: Where nobody says which: the market of the house itself.
HOUSE = 1
TENANT_HEADER = "X-Tenant"

Serve = Callable[[Request], Coroutine[Any, Any, Response]]


def office_of(request: Request) -> Office:
    return cast(Office, request.app.state.office)


class SignedIn(APIRoute):
    """The transaction begins with the caller and ends with the answer: both are kept, or neither."""

    keyed: ClassVar[bool] = True

    def get_route_handler(self) -> Serve:
        do = super().get_route_handler()

        async def serve(request: Request) -> Response:
            office, visitor = office_of(request), cast(Visitor, request.state.visitor)
            if visitor.claims is None:
                raise NotSignedIn
            key = keys.key_of(request) if self.keyed else None
            async with open_desk(office.engine(), visitor.claims.tenant, visitor.now) as desk:
                caller = await logins.caller(desk, visitor.claims)
                if caller is None:
                    raise NotSignedIn
                request.state.desk, request.state.caller = desk, caller
                response = await (_once(do, request, desk, caller, key) if key else do(request))
            if request.method in keys.METHODS:
                office.after_commit(visitor.claims.tenant)
            return response

        return serve


class ToldOnce(SignedIn):
    """What is in the answer is shown once, so it is not kept to be told again."""

    keyed = False


class Open(APIRoute):
    """A transaction for those who have no token yet; the tenant is the house's, or the one they name."""

    def get_route_handler(self) -> Serve:
        do = super().get_route_handler()

        async def serve(request: Request) -> Response:
            office, visitor = office_of(request), cast(Visitor, request.state.visitor)
            tenant = _named_tenant(request)
            async with open_desk(office.engine(), tenant, visitor.now) as desk:
                request.state.desk = desk
                response = await do(request)
            office.after_commit(tenant)
            return response

        return serve


async def _once(do: Serve, request: Request, desk: Desk, caller: Caller, key: str) -> Response:
    """A refusal is an answer too: it is kept, while what was begun before it is undone."""
    before = await keys.begin(desk, caller.person_id, key, keys.fingerprint(request))
    if before:
        return before
    try:
        async with desk.db.begin_nested():
            response = await do(request)
    except Refused as refusal:
        response = faults.refusal(refusal, request.state.request_id)
    await keys.end(desk, caller.person_id, key, response)
    return response


def _named_tenant(request: Request) -> int:
    named = request.headers.get(TENANT_HEADER, str(HOUSE))
    return int(named) if named.isascii() and named.isdigit() and len(named) < 10 else 0


async def _desk(request: Request) -> Desk:
    return cast(Desk, request.state.desk)


async def _caller(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


async def _office(request: Request) -> Office:
    return office_of(request)


AtDesk = Annotated[Desk, Depends(_desk)]
Me = Annotated[Caller, Depends(_caller)]
TheOffice = Annotated[Office, Depends(_office)]


def only(caller: Caller, *roles: str) -> None:
    """Refuses whoever has none of these roles now."""
    if not set(roles) & set(caller.roles):
        raise NotYours


bearer = HTTPBearer(
    auto_error=False,  # the door has looked already, and answers in our shape
    bearerFormat="JWT",
    description="The access token of `POST /auth/token`, good for an hour.",
)


async def _documented_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=keys.LONGEST,
            description="A name you choose for this request. Sent again with the same body it is not done "
            "again: you get the first answer, marked `Idempotent-Replayed: true`.",
        ),
    ] = None,
) -> None:
    """Documented here; the door itself reads it."""


BOTH = refuses(TooLarge, TooManyRequests, TryAgain) | {
    400: {"model": Problem, "description": "`bad_json`, `bad_request` The body cannot be read."},
    422: {
        "model": Problem,
        "description": "`not_valid`, `bad_terms` `field` names a value that is not taken.",
    },
}


class Doors(APIRouter):
    """Requests that change something take an idempotency key."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        if self.route_class is SignedIn and set(more.get("methods") or ()) & set(keys.METHODS):
            more["dependencies"] = [*(more.get("dependencies") or ()), Depends(_documented_key)]
            more["responses"] = refuses(keys.KeyUsed) | (more.get("responses") or {})
        super().add_api_route(path, endpoint, **more)


def doors(tag: str, *, told_once: bool = False) -> APIRouter:
    """`told_once` for answers with a secret in them: they take no idempotency key."""
    return Doors(
        route_class=ToldOnce if told_once else SignedIn,
        tags=[tag],
        dependencies=[Security(bearer)],
        responses=BOTH | refuses(NotSignedIn),
    )


def open_doors(tag: str) -> APIRouter:
    return APIRouter(route_class=Open, tags=[tag], responses=BOTH)
