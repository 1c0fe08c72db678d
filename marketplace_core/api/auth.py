"""Signing in with a phone: a code by SMS, then tokens."""

from typing import Annotated, Literal

from fastapi import Header
from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from marketplace_core.api import faults
from marketplace_core.api.faults import refuses
from marketplace_core.api.route import HOUSE, TENANT_HEADER, AtDesk, Me, TheOffice, doors, open_doors
from marketplace_core.api.shapes import Asked, Phone, Told
from marketplace_core.desk import Desk, sit_down
from marketplace_core.errors import BadTerms, NotFound, Refused
from marketplace_core.logins import commands
from marketplace_core.logins.commands import Session
from marketplace_core.logins.errors import AskedTooOften, CannotSend, LockedOut, SessionOver, WrongCode
from marketplace_core.logins.rules import ACCESS_LASTS, CODE_LASTS, tenant_of
from marketplace_core.logins.tokens import Claims
from marketplace_core.tenants import queries as tenants

router = open_doors("signing in")
signed_in = doors("signing in")

TenantHeader = Annotated[
    int,
    Header(alias=TENANT_HEADER, ge=1, le=2**31 - 1, description="Which market; without it, the house's own."),
]


class PhoneGiven(Asked):
    phone: Phone


class CodeGiven(Asked):
    phone: Phone
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Field(examples=["482913"])]


class RefreshGiven(Asked):
    refresh_token: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}\.[A-Za-z0-9_-]{20,100}$")]


class CodeSent(Told):
    expires_in: int = Field(description="Seconds.", examples=[300])


class Tokens(Told):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a kind, not a secret
    expires_in: int = Field(description="Seconds until the access token is over.", examples=[3600])
    refresh_token: str = Field(description="Good for thirty days and one renewal.")


@router.post(
    "/auth/otp",
    status_code=202,
    summary="Send a code to a phone",
    responses=refuses(AskedTooOften, LockedOut, NotFound, CannotSend, BadTerms),
)
async def send_code(
    body: PhoneGiven, desk: AtDesk, office: TheOffice, x_tenant: TenantHeader = HOUSE
) -> CodeSent:
    """Six digits by SMS, good for five minutes. The answer is the same whether we know the number or not."""
    if office.send_code is None:
        raise CannotSend
    if not body.phone.startswith(office.settings.api_codes_to):
        raise BadTerms("phone")
    await _known_market(desk)
    code = await commands.draw_code(desk, key=office.seal.code_key, phone=body.phone)
    await office.send_code(desk, phone=body.phone, code=code)
    return CodeSent(expires_in=int(CODE_LASTS.total_seconds()))


@router.post(
    "/auth/token",
    response_model=Tokens,
    summary="Trade a code for tokens",
    responses=refuses(WrongCode, LockedOut, NotFound),
)
async def sign_in(
    body: CodeGiven, request: Request, desk: AtDesk, office: TheOffice, x_tenant: TenantHeader = HOUSE
) -> Tokens | Response:
    """Five wrong codes lock the number for fifteen minutes, also for codes sent later."""
    await _known_market(desk)
    session = await commands.sign_in(desk, key=office.seal.code_key, phone=body.phone, code=body.code)
    return _pair(session, desk, office) if isinstance(session, Session) else _no(session, request)


@router.post(
    "/auth/refresh", response_model=Tokens, summary="Renew both tokens", responses=refuses(SessionOver)
)
async def refresh(body: RefreshGiven, request: Request, desk: AtDesk, office: TheOffice) -> Tokens | Response:
    """Each refresh token works once. One that comes twice was copied, and ends its session."""
    tenant = tenant_of(body.refresh_token)
    if tenant is None:
        raise SessionOver
    there = await sit_down(desk.db, tenant, desk.now)
    session = await commands.renew(there, token=body.refresh_token)
    return _pair(session, there, office) if isinstance(session, Session) else _no(session, request)


@signed_in.post("/auth/logout", status_code=204, summary="End this session")
async def leave(desk: AtDesk, me: Me) -> Response:
    """Its access token and its refresh token are worth nothing from now on."""
    await commands.leave(desk, me.session_id)
    return Response(status_code=204)


async def _known_market(desk: Desk) -> None:
    if not await tenants.exists(desk.db, desk.tenant):
        raise NotFound("market")


def _pair(session: Session, desk: Desk, office: TheOffice) -> Tokens:
    claims = Claims(desk.tenant, session.person_id, session.id)
    return Tokens(
        access_token=office.seal.access(claims, desk.now),
        expires_in=int(ACCESS_LASTS.total_seconds()),
        refresh_token=session.refresh,
    )


def _no(refusal: Refused, request: Request) -> Response:
    """Answered, not raised: what was counted must be committed."""
    return faults.refusal(refusal, request.state.request_id)
