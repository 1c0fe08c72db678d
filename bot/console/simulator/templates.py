"""Content templates: what Twilio's Content API keeps, and how one is filled in for a phone."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.carriers.twilio import content
from bot.carriers.twilio.templates import definitions
from bot.message import Row

MOST_TEMPLATES = 1_000
BLANK = re.compile(r"\{\{\s*(\w+)\s*\}\}")

#: UTF-16 units, the safest reading of Meta's limits.
LIMITS = {"body": 1024, "title": 20, "row": 24, "description": 72, "id": 200, "button": 20}
MOST_BUTTONS = 3
MOST_ROWS = 10


class BadTemplate(Exception):
    """Says what is wrong with the variables or with what comes out of them."""


@dataclass(frozen=True)
class Filled:
    text: str
    buttons: tuple[Row, ...] = ()
    rows: tuple[Row, ...] = ()
    rows_title: str = ""


@dataclass
class Templates:
    """Content resources by their sid."""

    by_sid: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: By sid, under which name it was approved: here that takes no time and nothing is refused.
    approved: dict[str, str] = field(default_factory=dict)

    def keep(self, sid: str, definition: Mapping[str, Any]) -> dict[str, Any]:
        if len(self.by_sid) >= MOST_TEMPLATES:
            self.by_sid.pop(next(iter(self.by_sid)))
        self.by_sid[sid] = {
            "sid": sid,
            "friendly_name": definition.get("friendly_name", ""),
            "language": definition.get("language", "en"),
            "variables": definition.get("variables", {}),
            "types": definition.get("types", {}),
        }
        return self.by_sid[sid]

    def with_approvals(self) -> list[dict[str, Any]]:
        return [
            each
            | {
                "approval_requests": {
                    "name": self.approved.get(sid, ""),
                    "status": "approved" if sid in self.approved else "unsubmitted",
                }
            }
            for sid, each in self.by_sid.items()
        ]


def variables_of(raw: str) -> dict[str, str]:
    """The flat map of strings that ContentVariables must be."""
    try:
        variables = json.loads(raw or "{}")
    except ValueError:
        raise BadTemplate("ContentVariables is not JSON") from None
    if not isinstance(variables, dict) or not all(isinstance(v, str) for v in variables.values()):
        raise BadTemplate("ContentVariables is not a flat map of strings")
    return variables


def fill(template: Mapping[str, Any], variables: Mapping[str, str]) -> Filled:
    types = {t: shape for t, shape in template["types"].items() if t in SHAPES}
    if not types:
        raise BadTemplate(f"no type of {sorted(template['types'])} is known here")
    name, shape = next(iter(types.items()))
    values = {**template.get("variables", {}), **variables}
    return SHAPES[name](_put(shape, values))


def _put(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        missing = [name for name in BLANK.findall(part) if name not in values]
        if missing:
            raise BadTemplate(f"variable {missing[0]} has no value")
        return BLANK.sub(lambda found: values[found[1]], part)
    if isinstance(part, list):
        return [_put(each, values) for each in part]
    if isinstance(part, dict):
        return {key: _put(each, values) for key, each in part.items()}
    return part


def _fits(what: str, text: str, *, empty: bool = False) -> str:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units > LIMITS[what] or not (units or empty):
        raise BadTemplate(f"{what} has {units} units, 1 to {LIMITS[what]} are allowed")
    return text


def _plain(shape: Mapping[str, Any]) -> Filled:
    return Filled(str(shape.get("body", "")))


def _quick_reply(shape: Mapping[str, Any]) -> Filled:
    actions = shape.get("actions", [])
    if not 1 <= len(actions) <= MOST_BUTTONS:
        raise BadTemplate(f"{len(actions)} buttons, 1 to {MOST_BUTTONS} are allowed")
    buttons = tuple(Row(_fits("id", a.get("id", "")), _fits("title", a.get("title", ""))) for a in actions)
    return Filled(_fits("body", shape.get("body", "")), buttons=buttons)


def _list_picker(shape: Mapping[str, Any]) -> Filled:
    items = shape.get("items", [])
    if not 1 <= len(items) <= MOST_ROWS:
        raise BadTemplate(f"{len(items)} rows, 1 to {MOST_ROWS} are allowed")
    rows = tuple(
        Row(
            _fits("id", i.get("id", "")),
            _fits("row", i.get("item", "")),
            _fits("description", i.get("description") or "", empty=True),
        )
        for i in items
    )
    return Filled(
        _fits("body", shape.get("body", "")), rows=rows, rows_title=_fits("button", shape.get("button", ""))
    )


SHAPES: dict[str, Callable[[Mapping[str, Any]], Filled]] = {
    "twilio/quick-reply": _quick_reply,
    "twilio/list-picker": _list_picker,
    "twilio/text": _plain,
}


def shipped() -> Templates:
    """Our own templates, known from the start under the ids that the bot uses with the simulator."""
    templates, sids = Templates(), content.simulator_sids()
    for name, wanted in definitions().items():
        sid = sids[name]
        templates.keep(sid, wanted.definition)
        if wanted.approved_as:
            templates.approved[sid] = wanted.approved_as
    return templates
