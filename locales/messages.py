"""The catalogues' keeper: gathers every text of the house, brings the catalogues up to date, and checks them.

`make messages` after a text was added or changed; `make check` refuses a catalogue that lacks one, keeps a stale one,
breaks a blank, or makes a label too long for a WhatsApp button.
"""

import ast
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from flows.words import MASS_UNITS, RATES, STATES
from marketplace_core.commodities import COMMODITIES

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent
SOURCES = ("flows", "bot")
SOURCE = Locale("en")
#: A WhatsApp button holds this many UTF-16 units.
LONGEST_LABEL = 20


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
        if message.context == "label" and len(text.encode("utf-16-le")) // 2 > LONGEST_LABEL:
            yield f"longer than a button ({len(text.encode('utf-16-le')) // 2} of {LONGEST_LABEL})"


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
