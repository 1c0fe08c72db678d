"""Content templates: how Twilio takes buttons and lists.

Twilio has no arrays of variables, so there is one template for each number of choices. They are used inside
the 24-hour window only and need no approval; those that begin a conversation stand in `templates.py`.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from bot import openers
from bot.channels.limits import WHATSAPP
from bot.message import Outgoing, Row
from bot.settings import Settings

SIMULATOR = "/simulator/twilio"

#: A variable must not be empty; this stands where one row of several has no description.
NO_DESCRIPTION = "–"

NAMES = (
    *(f"buttons_{n}" for n in range(1, WHATSAPP.buttons + 1)),
    *(f"list_{n}" for n in range(2, WHATSAPP.rows + 1)),
    *(f"list_{n}_described" for n in range(2, WHATSAPP.rows + 1)),
)


def name_of(outgoing: Outgoing) -> str | None:
    if outgoing.buttons:
        return f"buttons_{len(outgoing.buttons)}"
    if outgoing.rows:
        described = any(row.description for row in outgoing.rows)
        return f"list_{len(outgoing.rows)}" + ("_described" if described else "")
    return None


def content(outgoing: Outgoing, sids: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    """The template's sid and its variables; None: the numbered text of `outgoing` is to be sent instead."""
    name = name_of(outgoing)
    sid = sids.get(name) if name else None
    if not name or not sid:
        return None
    values = [outgoing.body]
    if outgoing.rows:
        values.append(outgoing.rows_title)
    for row in outgoing.buttons or outgoing.rows:
        values += [row.title, row.payload]
        if name.endswith("_described"):
            values.append(row.description or NO_DESCRIPTION)
    return sid, {str(number): value for number, value in enumerate(values, 1)}


def definition(name: str) -> dict[str, Any]:
    """The template as the Content API takes it; its variables stand in the order of `content`."""
    kind, _, rest = name.partition("_")
    number, _, described = rest.partition("_")
    blanks = (f"{{{{{n}}}}}" for n in range(1, 100))
    shape: dict[str, Any] = {"body": next(blanks)}
    if kind == "buttons":
        shape["actions"] = [
            {"type": "QUICK_REPLY", "title": next(blanks), "id": next(blanks)} for _ in range(int(number))
        ]
    else:
        shape["button"] = next(blanks)
        shape["items"] = [
            {"item": next(blanks), "id": next(blanks)} | ({"description": next(blanks)} if described else {})
            for _ in range(int(number))
        ]
    return {
        "friendly_name": f"mandi_{name}",
        "language": "en",
        "variables": _samples(kind, int(number), bool(described)),
        "types": {"twilio/quick-reply" if kind == "buttons" else "twilio/list-picker": shape},
    }


def _samples(kind: str, number: int, described: bool) -> dict[str, str]:
    choices = tuple(Row(f"1:{n}", f"Choice {n}", "What it is" if described else "") for n in range(number))
    sample = (
        Outgoing("", body="What would you like to do?", buttons=choices)
        if kind == "buttons"
        else Outgoing("", body="What would you like to sell?", rows=choices, rows_title="Choose")
    )
    filled = content(sample, {str(name_of(sample)): "HX"})
    return filled[1] if filled else {}


def simulator_sids() -> dict[str, str]:
    """The ids under which the simulator keeps our templates."""
    names = (*NAMES, *(one.name for one in openers.templates()))
    return {name: "HX" + hashlib.sha256(name.encode()).hexdigest()[:32] for name in names}


def sids(settings: Settings) -> Mapping[str, str]:
    if settings.twilio_content_sids or not settings.twilio_api_url.endswith(SIMULATOR):
        return settings.twilio_content_sids
    return simulator_sids()
