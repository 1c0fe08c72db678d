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
    }
    return f"{base}{VOICE}/{door}?{urlencode(query)}"


def first_step(base: str, tenant: int, language: str) -> str:
    return step(base, "step", Standing(tenant, language=language))


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
    )


def own_id(query: QueryParams) -> UUID | None:
    try:
        return UUID(query.get("call", ""))
    except ValueError:
        return None


def _number(query: QueryParams, name: str) -> int:
    digits = query.get(name, "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0
