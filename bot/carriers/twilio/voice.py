"""The doors that Twilio knocks at during a phone call. Whatever comes, the caller hears a sentence, never silence."""

import re
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.datastructures import FormData, QueryParams

from bot.calls import Call, CallStatus, Standing
from bot.carriers.doors import LATER
from bot.carriers.twilio import addresses, twiml
from bot.carriers.twilio.form import CARRIER, Forged, FormRefused, field, read_form
from bot.carriers.twilio.signature import genuine, signed_url
from bot.message import DatabaseAway
from bot.numbers import NobodysNumber
from bot.recordings import Left
from bot.settings import Settings
from bot.switchboard import Next, Pressed, Switchboard

log = structlog.get_logger()

_CALL = re.compile(r"CA\w{2,62}", re.ASCII)
_RECORDING = re.compile(r"RE[0-9a-zA-Z]{32}", re.ASCII)
_PHONE = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
#: A caller who hides may come as a number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a keypad.
HIDDEN = {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
KEYS_KEPT = 20


class CallBook(Protocol):
    """What is written down of calls apart from the conversation; each raises `DatabaseAway`."""

    async def missed(self, tenant: int, call: Call) -> None: ...

    async def saw_call(self, tenant: int, seen: CallStatus, outbox_id: str | None) -> None: ...

    async def saw_recording(self, tenant: int, left: Left) -> None: ...


class NoCall(Exception):
    """The form names no call or no caller; the text is what is missing."""


Answer = Callable[[Call, Standing, FormData], Awaitable[Next]]
Read = Callable[[Request], Awaitable[FormData]]


def routes(settings: Settings, switchboard: Callable[[], Switchboard], book: CallBook) -> APIRouter:
    router = APIRouter(prefix=addresses.VOICE)
    tokens = [token.get_secret_value() for token in settings.twilio_auth_token]

    async def read(request: Request) -> FormData:
        form = await read_form(request, settings.body_limit)
        url = signed_url(settings.public_base_url, request.scope)
        if not genuine(url, form, request.headers.get("x-twilio-signature"), tokens):
            raise Forged("The signature is missing or does not fit.")
        return form

    _speaking(router, read, switchboard, settings.public_base_url)
    _noting(router, read, book)
    return router


def _speaking(router: APIRouter, read: Read, switchboard: Callable[[], Switchboard], base: str) -> None:
    """Doors whose answer the caller hears."""

    async def said(request: Request, answer: Answer) -> Response:
        try:
            form = await read(request)
        except FormRefused as refused:
            return PlainTextResponse(str(refused), refused.status)
        at, board = addresses.standing(request.query_params), switchboard()
        try:
            following = await answer(call_of(form, request.query_params), at, form)
        except NoCall:
            following = board.without_number()
        except NobodysNumber:
            following = board.nobodys()
        except DatabaseAway:
            following = board.away(at)
        except Exception as fault:  # a fault of ours would end the call without a word
            log.error("call failed", fault=type(fault).__name__, exc_info=fault)
            following = board.away(at)
        return _xml(_twiml(base, following, form, board.line.phone))

    @router.post("")
    async def begin(request: Request) -> Response:
        return await said(request, lambda call, at, _: switchboard().begin(call, at))

    @router.post("/language")
    async def language(request: Request) -> Response:
        return await said(
            request, lambda call, at, form: switchboard().choose_language(call, at, pressed(form))
        )

    @router.post("/step")
    async def step(request: Request) -> Response:
        return await said(request, lambda call, at, form: switchboard().hear(call, at, pressed(form)))

    @router.post("/consent")
    async def consent(request: Request) -> Response:
        return await said(request, lambda call, at, form: switchboard().consent(call, at, pressed(form)))

    @router.post("/recorded")
    async def recorded(request: Request) -> Response:
        async def answer(_call: Call, at: Standing, _form: FormData) -> Next:
            return switchboard().recorded(at)

        return await said(request, answer)

    @router.post("/connected")
    async def connected(request: Request) -> Response:
        def answer(call: Call, at: Standing, form: FormData) -> Awaitable[Next]:
            return switchboard().connected(call, at, field(form, "DialCallStatus") == "completed")

        return await said(request, answer)


def _noting(router: APIRouter, read: Read, book: CallBook) -> None:
    """Doors that only listen: calls not taken, what became of calls, and what was recorded."""

    async def noted(request: Request, note: Callable[[FormData], Awaitable[None]]) -> Response:
        try:
            await note(await read(request))
        except FormRefused as refused:
            return PlainTextResponse(str(refused), refused.status)
        except DatabaseAway:
            return Response(status_code=503, headers=LATER)
        return Response(status_code=204)

    @router.post("/missed")
    async def missed(request: Request) -> Response:
        """For numbers whose calls are not taken but rung back."""
        try:
            form, query = await read(request), request.query_params
            await book.missed(addresses.standing(query).tenant, call_of(form, query))
        except FormRefused as refused:
            return PlainTextResponse(str(refused), refused.status)
        except (NoCall, NobodysNumber, DatabaseAway) as fault:  # they will let it ring once more
            log.warning("missed call not noted", fault=type(fault).__name__)
        return _xml(twiml.busy())

    @router.post("/status")
    async def status(request: Request) -> Response:
        async def note(form: FormData) -> None:
            query = request.query_params
            if _CALL.fullmatch(field(form, "CallSid")):
                await book.saw_call(addresses.standing(query).tenant, status_of(form), query.get("outbox"))

        return await noted(request, note)

    @router.post("/recording")
    async def recording(request: Request) -> Response:
        async def note(form: FormData) -> None:
            if field(form, "RecordingStatus") != "completed":
                return
            left = Left(
                CARRIER,
                field(form, "RecordingSid"),
                field(form, "CallSid"),
                _number(field(form, "RecordingDuration")),
            )
            if _RECORDING.fullmatch(left.carrier_id) and _CALL.fullmatch(left.call_id):
                await book.saw_recording(addresses.standing(request.query_params).tenant, left)

        return await noted(request, note)


def call_of(form: FormData, query: QueryParams) -> Call:
    """`From` calls `To`; where we rang, it is the other way round. Raises `NoCall`."""
    ours = field(form, "Direction").startswith("outbound")
    them, us = ("To", "From") if ours else ("From", "To")
    carrier_id, phone = field(form, "CallSid"), field(form, them).strip()
    if not _CALL.fullmatch(carrier_id):
        raise NoCall("CallSid")
    if not _PHONE.fullmatch(phone) or phone in HIDDEN:
        raise NoCall(them)
    return Call(CARRIER, carrier_id, phone, field(form, us).strip(), ours, addresses.own_id(query))


def pressed(form: FormData) -> Pressed:
    """Keys go before words: they are never misheard."""
    keys = "".join(key for key in field(form, "Digits")[:KEYS_KEPT] if key in "0123456789*#")
    return Pressed(keys.strip("#"), "" if keys else field(form, "SpeechResult").strip())


def status_of(form: FormData) -> CallStatus:
    return CallStatus(
        CARRIER,
        field(form, "CallSid"),
        field(form, "CallStatus"),
        _number(field(form, "SequenceNumber")),
        _number(field(form, "CallDuration")),
        _number(field(form, "ErrorCode")),
    )


def _twiml(base: str, following: Next, form: FormData, office: str) -> str:
    at, said = following.at, following.said

    def door(name: str) -> str:
        return addresses.step(base, name, at)

    if following.then == "goodbye":
        return twiml.goodbye(said)
    if following.then == "record":
        return twiml.record(said, action=door("recorded"), callback=door("recording"))
    if following.then == "dial":
        ours = "From" if field(form, "Direction").startswith("outbound") else "To"
        return twiml.dial(said, number=office, caller=field(form, ours), action=door("connected"))
    return twiml.gather(
        said,
        language=at.language or "hi",
        action=door(following.then),
        hints=following.hints,
        one_key=following.one_key,
    )


def _number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None


def _xml(body: str) -> Response:
    return Response(body, media_type="text/xml")
