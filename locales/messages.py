"""The catalogues' keeper: gathers every text of the house, brings the catalogues up to date, and checks them.

`make messages` after a text was added or changed; `make check` refuses a catalogue that lacks one, keeps a stale one,
breaks a blank, makes a label too long for a WhatsApp button or a hint too long for a row of its list, or costs more SMS
than its budget.
"""

import ast
import re
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import smsutil
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from flows.words import MASS_UNITS, RATES, STATES
from marketplace_core.commodities import COMMODITIES

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent
SOURCES = ("flows", "bot")
SOURCE = Locale("en")
#: A WhatsApp button holds this many UTF-16 units, the line under a list's row so many.
LONGEST_LABEL, LONGEST_HINT = 20, 72
#: SMS that one text may cost in Latin letters and in native ones, its blanks filled; a reply has several texts.
LATIN_SMS, NATIVE_SMS = 1, 2
#: What a blank mostly brings: a name, a place, an amount with its unit.
_FILLED = "Bengaluru 12"
#: May cost one more: it must be said whole, in one message.
_LONGER = ("May I keep your name, number and place",)


_BLANK = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True)
class Text:
    id: str | tuple[str, str]
    context: str | None
    where: str


def gather() -> list[Text]:
    found = [
        text for folder in SOURCES for path in sorted((ROOT / folder).rglob("*.py")) for text in _said(path)
    ]
    return [text for text in (*found, *_tables()) if _has_words(text)]


def _has_words(text: Text) -> bool:
    """ "{place:place}" is the same in every language."""
    return any(letter.isalpha() for part, *_ in string.Formatter().parse(_key(text.id)) for letter in part)


def _said(path: Path) -> Iterator[Text]:
    """msg("…"), label("…") and count("…", "…") with their texts written out."""
    where = str(path.relative_to(ROOT))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [
            arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if node.func.id in ("msg", "label") and texts:
            yield Text(texts[0], "label" if node.func.id == "label" else None, where)
        elif node.func.id == "count" and len(texts) == 2:
            yield Text((texts[0], texts[1]), None, where)


@cache
def hints() -> frozenset[str]:
    """The texts under the rows of a list: `hint=msg("…")`."""
    return frozenset(
        str(node.value.args[0].value)
        for folder in SOURCES
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg == "hint"
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.args[0], ast.Constant)
    )


def _tables() -> Iterator[Text]:
    for one, many, _ in MASS_UNITS.values():
        yield Text((one, many), "mass", "flows/words.py")
    for rate in RATES.values():
        yield Text(rate, "rate", "flows/words.py")
    for state in STATES.values():
        yield Text(state, "state", "flows/words.py")
    for commodity in COMMODITIES.values():
        yield Text(commodity.name, "commodity", "marketplace_core/commodities.csv")


def template() -> Catalog:
    catalogue = Catalog(project="Mandi Mitra", fuzzy=False, header_comment="#")
    for text in gather():
        catalogue.add(text.id, context=text.context, locations=[(text.where, None)])  # type: ignore[list-item]
    return catalogue


def po_files() -> list[Path]:
    return sorted(HERE.glob("*/LC_MESSAGES/mandi.po"))


def load(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.parent.parent.name.partition("_")[0])


def update() -> None:
    """New texts come in empty, changed ones are marked fuzzy, unused ones go."""
    texts = template()
    for path in po_files():
        catalogue = load(path)
        catalogue.update(texts, no_fuzzy_matching=catalogue.locale == SOURCE)
        catalogue.obsolete.clear()
        with path.open("wb") as out:
            write_po(out, catalogue, width=110, omit_header=False, include_lineno=False, sort_output=True)


def check() -> list[str]:
    """What is wrong, a line each."""
    wanted = {(_key(message.id), message.context): message for message in template() if message.id}
    faults = []
    for path in po_files():
        name = path.parent.parent.name
        catalogue = load(path)
        have = {(_key(message.id), message.context): message for message in catalogue if message.id}
        faults += [f"{name}: not translated: {key[0]!r}" for key in wanted.keys() - have.keys()]
        faults += [f"{name}: not used any more: {key[0]!r}" for key in have.keys() - wanted.keys()]
        for key in wanted.keys() & have.keys():
            faults += [f"{name}: {fault}: {key[0]!r}" for fault in faults_of(have[key], name)]
    return sorted(faults)


def faults_of(message: Message, name: str) -> Iterator[str]:
    texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    ids = message.id if isinstance(message.id, (list, tuple)) else [message.id]
    if message.fuzzy:
        yield "its English changed"
    if name == "en":
        texts = [text or one for text, one in zip(texts, ids, strict=False)]
    for text in texts:
        if not text:
            yield "not translated"
            continue
        if _blanks(text) - {"n"} != _blanks(ids[0]) - {"n"}:
            yield "its blanks differ"
        if message.context == "label" and _units(text) > LONGEST_LABEL:
            yield f"longer than a button ({_units(text)} of {LONGEST_LABEL})"
        if message.context != "label" and (fault := _over_budget(text, str(ids[0]), name)):
            yield fault
        if message.id in hints() and _units(text) > LONGEST_HINT:
            yield f"longer than a row's hint ({_units(text)} of {LONGEST_HINT})"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _over_budget(text: str, message_id: str, name: str) -> str | None:
    latin = name == "en" or name.endswith("_Latn")
    budget = (LATIN_SMS if latin else NATIVE_SMS) + message_id.startswith(_LONGER)
    cost = len(smsutil.split(_BLANK.sub(_FILLED, text)).parts)
    return f"costs {cost} SMS of {budget}" if cost > budget else None


def _blanks(text: str) -> set[str]:
    return {f"{name}:{spec}" if spec else name for _, name, spec, _ in string.Formatter().parse(text) if name}


def _key(message_id: object) -> str:
    return str(message_id[0] if isinstance(message_id, (list, tuple)) else message_id)


def main() -> None:
    if "--check" in sys.argv:
        faults = check()
        print("\n".join(faults) or f"{len(po_files())} catalogues are complete")
        sys.exit(bool(faults))
    update()


if __name__ == "__main__":
    main()
