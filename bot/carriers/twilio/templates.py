"""Our content templates at Twilio: what should be there, what is, and making the one the other.

Nothing is ever deleted or changed there: a template in use stays good until the settings name its successor.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.carriers.twilio import content
from bot.openers import Template, templates

CATEGORY = "UTILITY"
PAGE = 100


class Caller(Protocol):
    """Twilio's REST; `host` makes the address of one of its services."""

    host: Any

    async def call(self, method: str, url: str, **parts: Any) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Wanted:
    """`approved_as` is the name under which Meta approves it; None: it is used inside the window alone."""

    definition: Mapping[str, Any]
    approved_as: str | None = None


@dataclass
class Plan:
    """By our names. `sids` are good to be used; `waiting` says how the approval of others stands."""

    sids: dict[str, str] = field(default_factory=dict)
    to_make: list[str] = field(default_factory=list)
    to_ask: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)


def definitions() -> dict[str, Wanted]:
    inside = {name: Wanted(content.definition(name)) for name in content.NAMES}
    return inside | {one.name: Wanted(opening(one), f"mandi_{one.name}") for one in templates()}


def opening(one: Template) -> dict[str, Any]:
    """A notice as the Content API takes it."""
    action = {"type": "QUICK_REPLY", "title": one.title, "id": one.payload}
    return {
        "friendly_name": f"mandi_{one.name}",
        "language": one.language,
        "variables": {str(number): sample for number, sample in enumerate(one.samples, 1)},
        "types": {"twilio/quick-reply": {"body": one.body, "actions": [action]}},
    }


async def plan(twilio: Caller) -> Plan:
    """What is there is known by its name and its shape: of a template whose shape has changed another is made."""
    there: dict[str, list[dict[str, Any]]] = {}
    async for each in _all(twilio):
        there.setdefault(str(each.get("friendly_name")), []).append(each)
    found = Plan()
    for name, wanted in definitions().items():
        same = [
            each
            for each in there.get(wanted.definition["friendly_name"], ())
            if _holds(each.get("types"), wanted.definition["types"])
        ]
        if not same:
            found.to_make.append(name)
            continue
        sid, status = same[0]["sid"], (same[0].get("approval_requests") or {}).get("status", "unsubmitted")
        if wanted.approved_as is None or status == "approved":
            found.sids[name] = sid
        elif status == "unsubmitted":
            found.to_ask[name] = sid
        else:
            found.waiting[name] = status
    return found


async def carry_out(twilio: Caller, wish: Plan) -> None:
    """One after the other; what is broken off is taken up by the next run."""
    wanted = definitions()
    for name in wish.to_make:
        made = await twilio.call("POST", twilio.host("content") + "/v1/Content", json=wanted[name].definition)
        if wanted[name].approved_as is None:
            wish.sids[name] = made["sid"]
        else:
            wish.to_ask[name] = made["sid"]
    for name, sid in wish.to_ask.items():
        url = f"{twilio.host('content')}/v1/Content/{sid}/ApprovalRequests/whatsapp"
        asked = await twilio.call("POST", url, json={"name": wanted[name].approved_as, "category": CATEGORY})
        wish.waiting[name] = str(asked.get("status", "received"))


async def _all(twilio: Caller) -> AsyncIterator[dict[str, Any]]:
    host = twilio.host("content") + "/"
    url: str | None = f"{host}v1/ContentAndApprovals?PageSize={PAGE}"
    while url and url.startswith(host):  # our token goes nowhere else
        answer = await twilio.call("GET", url)
        for each in answer.get("contents", ()):
            yield each
        url = (answer.get("meta") or {}).get("next_page_url")


def _holds(theirs: Any, ours: Any) -> bool:
    """Twilio adds empty fields to what it was given."""
    if isinstance(ours, Mapping):
        return isinstance(theirs, Mapping) and all(_holds(theirs.get(key), ours[key]) for key in ours)
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(theirs) == len(ours) and all(map(_holds, theirs, ours))
    return bool(theirs == ours)
