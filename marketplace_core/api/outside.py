"""The door of requests that wait for something outside: a store of photos, a payment provider.

The caller is signed in first, and no transaction stays open meanwhile; the request opens desks of its own, as many as
it needs.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Security
from fastapi.routing import APIRoute
from starlette.requests import Request

from marketplace_core.api.envelope import Visitor
from marketplace_core.api.faults import refuses
from marketplace_core.api.route import BOTH, Serve, bearer, office_of
from marketplace_core.desk import Desk, open_desk
from marketplace_core.logins import queries as logins
from marketplace_core.logins.errors import NotSignedIn

OpensDesk = Callable[[], AbstractAsyncContextManager[Desk]]


class Outside(APIRoute):
    def get_route_handler(self) -> Serve:
        do = super().get_route_handler()

        async def serve(request: Request) -> object:
            visitor = cast(Visitor, request.state.visitor)
            if visitor.claims is None:
                raise NotSignedIn
            opens = _opens_desk(request)
            async with opens() as desk:
                caller = await logins.caller(desk, visitor.claims)
            if caller is None:
                raise NotSignedIn
            request.state.caller, request.state.opens = caller, opens
            response = await do(request)
            office_of(request).after_commit(visitor.claims.tenant)
            return response

        return cast(Serve, serve)


def _opens_desk(request: Request) -> OpensDesk:
    office, visitor = office_of(request), cast(Visitor, request.state.visitor)
    assert visitor.claims
    tenant = visitor.claims.tenant
    return lambda: open_desk(office.engine(), tenant, visitor.now)


async def _opens(request: Request) -> OpensDesk:
    return cast(OpensDesk, request.state.opens)


Opens = Annotated[OpensDesk, Depends(_opens)]


def outside_doors(tag: str) -> APIRouter:
    return APIRouter(
        route_class=Outside,
        tags=[tag],
        dependencies=[Security(bearer)],
        responses=BOTH | refuses(NotSignedIn),
    )
