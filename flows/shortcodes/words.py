"""What agents call the goods, the units, the languages and the days: the word lists, in capitals."""

from collections.abc import Mapping
from functools import cache

from flows.languages import LANGUAGES
from marketplace_core.commodities import COMMODITIES
from nlu.languages import lines

UNITS: Mapping[str, str] = {
    **dict.fromkeys(("T", "TON", "TONS", "TONNE", "TONNES", "TN", "MT"), "t"),
    **dict.fromkeys(("Q", "QT", "QTL", "QTLS", "QUINTAL", "QUINTALS", "KUINTAL", "KWINTAL"), "quintal"),
    **dict.fromkeys(("KG", "KGS", "KILO", "KILOS"), "kg"),
}
SHORT = {"t": "t", "quintal": "q", "kg": "kg"}
TODAY = {"TODAY", "AAJ", "TDY"}
#: "kal" is yesterday too, but nobody drives then.
TOMORROW = {"TOMORROW", "TMRW", "TMW", "KAL"}
LONGEST_NAME = 3


@cache
def own_names() -> Mapping[str, set[str]]:
    """As the market itself calls things."""
    meant: dict[str, set[str]] = {}
    for commodity in COMMODITIES.values():
        plain = commodity.name.partition("(")[0]
        for name in (commodity.id.replace("_", " "), plain):
            meant.setdefault(name.strip().upper(), set()).add(commodity.id)
    return meant


@cache
def goods() -> Mapping[str, str]:
    """What it is, by every name that means one thing only."""
    meant = {name: set(ids) for name, ids in own_names().items()}
    own = {name: next(iter(ids)) for name, ids in meant.items()}
    for _, row in lines("lexicon"):
        kind, canonical, _, form = (*row, "", "", "", "")[:4]
        if kind in ("crop", "residue") and canonical in COMMODITIES:
            meant.setdefault(form.upper(), set()).add(canonical)
    return {name: next(iter(ids)) for name, ids in meant.items() if len(ids) == 1} | own


@cache
def tongues() -> Mapping[str, str]:
    """ "HI", "HINDI" and "हिंदी" are hi; a language in English letters has LATIN behind it."""
    named: dict[str, str] = {}
    for one in LANGUAGES.values():
        for name in (one.code, one.latin_name, one.endonym):
            named[name.upper()] = one.code
            if "latin" in one.scripts:
                named[f"{name.upper()}-ABC"] = f"{one.code}_latin"
    return named
