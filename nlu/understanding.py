"""What was understood of one message: all that the rest of the house sees of language understanding."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Script = Literal["native", "latin"]

#: What the conversation is waiting for; it sharpens the reading of a short answer.
Expecting = Literal["yes_no", "choice", "commodity", "quantity", "price", "date", "place", "name", "text"]

#: From here on a guessed intent is acted on; below, the speaker is asked first.
ACT = 0.55


@dataclass(frozen=True)
class Understanding:
    """`values` hold the canonical forms of the value table in docs/language.md, by value name.

    `alternatives` holds, by value name, the readings among which only the speaker can choose
    ("did you mean …"); such a value is then absent from `values`. `likely_language` is the best guess where
    nothing was sure enough to be the `language`.
    """

    intent: str
    confidence: float
    language: str | None = None
    likely_language: str | None = None
    script: Script = "native"
    language_confidence: float = 0.0
    values: Mapping[str, Any] = field(default_factory=dict)
    alternatives: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    source: Literal["rule", "rasa", "fallback"] = "rule"
