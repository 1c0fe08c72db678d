"""The addresses at which Twilio asks us about a call; what it brings back in them it has signed."""

from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from bot.calls import Standing
from bot.carriers.twilio.form import PREFIX
from flows.languages import LANGUAGES

VOICE = f"{PREFIX}/voice"


def begin(base: str, tenant: int, own_id: UUID) -> str:
    """Where a call that we made goes on once somebody has answered it."""
    return f"{base}{VOICE}?{urlencode({'tenant': tenant, 'call': own_id})}"


def step(base: str, door: str, at: Standing) -> str:
    query = {
        "tenant": at.tenant,
        "step": at.step,
        "lang": at.language,
        "silences": at.silences,
        "choices": at.choices,
        "serial": at.serial,
        **({"outbox": at.said_by} if at.said_by else {}),
    }
    return f"{base}{VOICE}/{door}?{urlencode(query)}"


def first_step(base: str, tenant: int, language: str, outbox_id: str) -> str:
    """What is said before it lies in the outbox: a key answers that and nothing that was asked since."""
    return step(base, "step", Standing(tenant, language=language, said_by=_uuid(outbox_id)))


def status(base: str, tenant: int, outbox_id: str = "") -> str:
    query = {"tenant": tenant, **({"outbox": outbox_id} if outbox_id else {})}
    return f"{base}{VOICE}/status?{urlencode(query)}"


def standing(query: QueryParams) -> Standing:
    """Only we make these; a number that configured its own query gets the beginning of a call."""
    language = query.get("lang", "")
    return Standing(
        tenant=_number(query, "tenant") or Standing.tenant,
        step=_number(query, "step"),
        language=language if language in LANGUAGES else "",
        silences=_number(query, "silences"),
        choices=_number(query, "choices"),
        serial=_number(query, "serial"),
        said_by=_uuid(query.get("outbox", "")),
    )


def own_id(query: QueryParams) -> UUID | None:
    return _uuid(query.get("call", ""))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(query: QueryParams, name: str) -> int:
    digits = query.get(name, "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0
