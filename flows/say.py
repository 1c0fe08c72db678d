"""What the bot says, before it has a language or a channel.

`msg("How much {what:commodity} do you have?", what="wheat")` names a catalogue entry by its English text and
carries plain JSON values for its blanks; the word after the colon names the formatter in `flows/words.py`
that turns the value into words of the listener's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Say:
    text: str
    blanks: Mapping[str, Any] = field(default_factory=dict)
    context: str | None = None
    plural: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {k: v for k, v in vars(self).items() if v}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Say":
        return Say(**data)


def msg(text: str, **blanks: Any) -> Say:
    """A whole sentence or paragraph."""
    return Say(text, blanks)


def label(text: str, **blanks: Any) -> Say:
    """The short text of a choice: it must fit a WhatsApp button (20 UTF-16 units) in every language."""
    return Say(text, blanks, context="label")


def count(one: str, many: str, n: int, **blanks: Any) -> Say:
    """A sentence that depends on how many; the number is the blank `n`."""
    return Say(one, {"n": n, **blanks}, plural=many)


def verbatim(text: str) -> Say:
    """Something a person or a map wrote: shown as it is."""
    return Say("{text}", {"text": text}, context="verbatim")


@dataclass(frozen=True)
class Option:
    """One choice. `id` is what the flow gets back; `detail` fits under a list row (72 units) and is always shown;
    `hint` only where a channel has room for it.

    `deed` makes a choice that stays valid after the question has passed ("go:sell",
    "go:booking_answer:confirm:BK7Q2M"): starting something again is harmless, so it never goes stale.
    """

    id: str
    label: Say
    detail: Say | None = None
    deed: str | None = None
    hint: Say | None = None

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"id": self.id, "label": self.label.to_json()}
        if self.detail:
            data["detail"] = self.detail.to_json()
        if self.deed:
            data["deed"] = self.deed
        if self.hint:
            data["hint"] = self.hint.to_json()
        return data

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Option":
        said = {part: Say.from_json(data[part]) for part in ("label", "detail", "hint") if part in data}
        return Option(data["id"], deed=data.get("deed"), **said)


@dataclass(frozen=True)
class Picture:
    """A photo of our store and the words that go with it, for channels that can show one."""

    key: str
    alt: Say

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "alt": self.alt.to_json()}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Picture":
        return Picture(data["key"], Say.from_json(data["alt"]))


@dataclass(frozen=True)
class Reply:
    """One answer: some paragraphs and, if it asks, the choices.

    `serial` numbers the question, so that a tap on an older one is recognised.
    `wants` lets a channel offer its own way to answer ("place": share a pin, "photo": the camera).
    `page` says how often "more" was asked for: where every line costs money a long answer comes in parts.
    `whole`: it stands in no conversation or holds a code, so that "more" would not bring the rest.
    """

    parts: tuple[Say, ...]
    options: tuple[Option, ...] = ()
    serial: int = 0
    wants: str | None = None
    picture: Picture | None = None
    page: int = 0
    whole: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "parts": [p.to_json() for p in self.parts],
            "options": [o.to_json() for o in self.options],
            "serial": self.serial,
            "wants": self.wants,
            **({"picture": self.picture.to_json()} if self.picture else {}),
            **({"page": self.page} if self.page else {}),
            **({"whole": True} if self.whole else {}),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Reply":
        return Reply(
            tuple(Say.from_json(p) for p in data["parts"]),
            tuple(Option.from_json(o) for o in data["options"]),
            data["serial"],
            data["wants"],
            Picture.from_json(data["picture"]) if data.get("picture") else None,
            data.get("page", 0),
            data.get("whole", False),
        )
