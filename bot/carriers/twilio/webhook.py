"""The doors that Twilio knocks at with messages, and with what became of ours."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.datastructures import FormData

from bot.carriers.doors import LATER
from bot.carriers.twilio import twiml
from bot.carriers.twilio.form import PREFIX, Forged, FormRefused, carrier_id, field, inbound, read_form
from bot.carriers.twilio.signature import genuine, signed_url
from bot.message import Answer, DatabaseAway, Inbound
from bot.numbers import NobodysNumber
from bot.settings import Settings
from marketplace_core.tenants import HOUSE

Take = Callable[[Inbound], Awaitable[Answer]]
#: tenant, carrier id, status, error code, outbox id: the first and the last from the callback's own address
SawStatus = Callable[[int, str, str, int | None, str | None], Awaitable[None]]

#: By the first and last letter of the script; whoever wrote none of these letters gets all three.
AWAY: Mapping[tuple[str, str], str] = {
    ("\u0900", "\u097f"): "माफ़ कीजिए, अभी गड़बड़ है। आपका संदेश दर्ज नहीं हुआ। कुछ मिनट बाद फिर भेजिए।",
    ("\u0c80", "\u0cff"): "ಕ್ಷಮಿಸಿ, ಈಗ ತೊಂದರೆ ಇದೆ. ನಿಮ್ಮ ಸಂದೇಶ ದಾಖಲಾಗಿಲ್ಲ. ಕೆಲವು ನಿಮಿಷಗಳ ನಂತರ ಮತ್ತೆ ಕಳುಹಿಸಿ.",
}
AWAY_ENGLISH = (
    "Sorry, we have a fault just now. Your message was not saved. Please send it again in a few minutes."
)

NOBODYS: Mapping[tuple[str, str], str] = {
    ("\u0900", "\u097f"): "यह नंबर अभी चालू नहीं है। आपका संदेश दर्ज नहीं हुआ।",
    ("\u0c80", "\u0cff"): "ಈ ಸಂಖ್ಯೆ ಇನ್ನೂ ಬಳಕೆಯಲ್ಲಿಲ್ಲ. ನಿಮ್ಮ ಸಂದೇಶ ದಾಖಲಾಗಿಲ್ಲ.",
}
NOBODYS_ENGLISH = "This number is not in service yet. Your message was not saved."


def routes(settings: Settings, take: Take, saw_status: SawStatus) -> APIRouter:
    router = APIRouter(prefix=PREFIX)
    tokens = [token.get_secret_value() for token in settings.twilio_auth_token]

    async def answered(request: Request, answer: Callable[[FormData], Awaitable[Response]]) -> Response:
        try:
            form = await read_form(request, settings.body_limit)
            url = signed_url(settings.public_base_url, request.scope)
            if not genuine(url, form, request.headers.get("x-twilio-signature"), tokens):
                raise Forged("The signature is missing or does not fit.")
            return await answer(form)
        except FormRefused as refused:
            return PlainTextResponse(str(refused), refused.status)

    @router.post("/message")
    async def message(request: Request) -> Response:
        async def answer(form: FormData) -> Response:
            heard = inbound(form, datetime.now(UTC))
            try:
                said = await take(heard)
            except DatabaseAway:
                return away(form, heard.text)
            except NobodysNumber:
                return _xml(twiml.message(in_script_of(heard.text, NOBODYS, NOBODYS_ENGLISH)))
            return _xml(twiml.message(said.text))

        return await answered(request, answer)

    @router.post("/status")
    async def status(request: Request) -> Response:
        async def answer(form: FormData) -> Response:
            try:
                await saw_status(
                    _number(request.query_params.get("tenant", "")) or HOUSE,
                    carrier_id(form),
                    field(form, "MessageStatus") or field(form, "SmsStatus"),
                    _number(field(form, "ErrorCode")),
                    request.query_params.get("outbox"),
                )
            except DatabaseAway:
                return Response(status_code=503, headers=LATER)
            return Response(status_code=204)

        return await answered(request, answer)

    return router


def _number(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() and len(digits) < 10 else None


def away(form: FormData, text: str) -> Response:
    """The carrier retries a 503 but shows none of it, so the person hears of the fault on the last attempt.

    That one goes to the fallback address (this same route) and is known by its ErrorCode: nobody would bring
    the message again, so it is answered 200 with the request to write again.
    """
    xml = twiml.message(in_script_of(text, AWAY, AWAY_ENGLISH))
    if field(form, "ErrorCode"):
        return _xml(xml)
    return _xml(xml, 503, LATER)


def in_script_of(text: str, lines: Mapping[tuple[str, str], str], english: str) -> str:
    """The language is guessed from the script: which one is theirs stands in the database, out of reach."""
    spoken = [line for (first, last), line in lines.items() if any(first <= char <= last for char in text)]
    return "\n".join(spoken or [english, *lines.values()])


def _xml(body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type="text/xml")
