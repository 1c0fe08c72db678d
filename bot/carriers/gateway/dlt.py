"""India's register of message templates (DLT): which registered one a text is, so that operators let it through.

The list is a CSV file with the columns template_id, language and text, as `mandi dlt templates` prints it and the
operator completes it with the ids that the registry gave.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.settings import NotConfigured

VAR = "{#var#}"
#: What may stand in one blank; registries allow 30 to 40, the smaller is safe with all of them.
LONGEST_VALUE = 30


class BadTemplates(NotConfigured):
    pass


@dataclass(frozen=True)
class Template:
    id: str
    text: str

    @property
    def pattern(self) -> re.Pattern[str]:
        literal = (re.escape(part) for part in self.text.split(VAR))
        return re.compile(f".{{0,{LONGEST_VALUE}}}".join(literal))


@dataclass(frozen=True)
class Registered:
    """The longest in fixed words first: a text that fits two is the one that leaves less to chance."""

    templates: Sequence[tuple[re.Pattern[str], str]] = ()

    def id_of(self, text: str) -> str | None:
        return next((id_ for pattern, id_ in self.templates if pattern.fullmatch(text)), None)


def registered(templates: Sequence[Template]) -> Registered:
    with_most_words = sorted(templates, key=lambda one: -len(one.text.replace(VAR, "")))
    return Registered(tuple((one.pattern, one.id) for one in with_most_words))


def read_registered(file: Path | None) -> Registered:
    """Lines without an id are not registered yet. Raises `BadTemplates`."""
    if file is None:
        return Registered()
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [Template(row["template_id"].strip(), row["text"]) for row in csv.DictReader(lines)]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError) as fault:
        raise BadTemplates(f"{file} is no list of DLT templates: {fault}") from None
    return registered([row for row in rows if row.id])
