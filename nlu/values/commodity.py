"""What: an id of the lexicon's kinds `crop` and `residue`."""

from nlu import lexicon
from nlu.lexicon import Hit
from nlu.values.message import Found, Message

#: "makka ki kadbi": the stalk of which crop. A bare "kadbi" may be any of its column.
PART_OF = {
    "straw": {"paddy": "paddy_straw", "rice": "paddy_straw", "wheat": "wheat_straw", "soybean": "soybean_straw"},
    "stalk": {
        "maize": "maize_stover",
        "sorghum": "sorghum_stover",
        "pearl_millet": "bajra_stalk",
        "cotton": "cotton_stalk",
        "mustard": "mustard_stalk",
        "pigeonpea": "pigeonpea_stalk",
        "banana": "banana_stem",
        "jute": "jute_stick",
        "paddy": "paddy_straw",
    },
    "husk": {
        "paddy": "rice_husk",
        "rice": "rice_husk",
        "groundnut": "groundnut_shell",
        "coconut": "coconut_residue",
        "arecanut": "areca_husk",
        "sugarcane": "bagasse",
    },
}  # fmt: skip
LIKELY = {
    "straw": ("paddy_straw", "wheat_straw"),
    "stalk": ("maize_stover", "sorghum_stover", "cotton_stalk"),
    "husk": ("rice_husk", "groundnut_shell", "coconut_residue"),
}


def find(message: Message) -> list[Found]:
    found: list[Found] = []
    at = 0
    while at < len(message.words):
        here = _read(message, at) if _readable(message, at) else None
        if here:
            found.append(here)
        at = here.end if here else at + 1
    return _residue_over_crop(found)


def _readable(message: Message, at: int) -> bool:
    return message.kind(at) == "word" and message.free(at, at + 1)


def _read(message: Message, at: int) -> Found | None:
    whole = _longer(_hit(message, at, "residue"), _hit(message, at, "crop"))
    part = message.find(at, "residue_part")
    if whole and not (part and part.length >= whole.length):
        return _crop_with_part(message, at, whole) or Found(
            "commodity", whole.canonicals, at, at + whole.length
        )
    if part:
        known = whole.canonicals if whole else LIKELY[part.canonical]
        return Found("commodity", known, at, at + part.length)
    return None


def _crop_with_part(message: Message, at: int, crop: Hit) -> Found | None:
    """ "sarson ki tudi", "ಜೋಳದ ದಂಟು", "wheat straw"."""
    if crop.senses[0].kind != "crop":
        return None
    end = at + crop.length
    if message.says(end, "of"):
        end += 1
    part = message.find(end, "residue_part") if _readable(message, end) else None
    residue = PART_OF[part.canonical].get(crop.canonical) if part else None
    if part and residue:
        return Found("commodity", (residue,), at, end + part.length)
    return None


def _hit(message: Message, at: int, kind: str) -> Hit | None:
    hit = message.find(at, kind)
    if hit and hit.length == 1 and not _plausible(message, at, hit):
        return None
    if hit is None and not _may_be_a_place(message, at):
        hit = lexicon.resembles(message.words, at, kind, message.language)
        if hit and any(lexicon.says("ordinary", word.key) for word in message.words[at : at + hit.length]):
            return None
    return hit


def _may_be_a_place(message: Message, at: int) -> bool:
    """ "in Mandya": nearly mandua, a millet."""
    beside = message.says(at - 1, "place_before") or message.says(at + 1, "place_after")
    return message.expecting == "place" or (beside and message.expecting != "commodity")


def _plausible(message: Message, at: int, hit: Hit) -> bool:
    """A short everyday word is produce only in its own language, beside an amount, or when produce is asked for."""
    key = message.key(at)
    if hit.ending and len(key) - len(hit.ending) < 4 and key.isascii():
        return False
    languages = {sense.language for sense in hit.senses}
    doubted = lexicon.doubtful("crop_or_word", key, languages, message.language)
    if not doubted or message.expecting == "commodity":
        return True
    beside_an_amount = not message.free(at - 1, at) or not message.free(at + 1, at + 2)
    return beside_an_amount or message.language in languages


def _longer(residue: Hit | None, crop: Hit | None) -> Hit | None:
    if residue and crop:
        return residue if residue.length >= crop.length else crop
    return residue or crop


def _residue_over_crop(found: list[Found]) -> list[Found]:
    """ "dhan … parali": the crop only tells whose straw it is."""
    residues = [f for f in found if not _is_crop(f)]
    crops = [f for f in found if _is_crop(f)]
    if not residues or not crops:
        return found
    settled = []
    for residue in residues:
        owners = {reading for crop in crops for reading in crop.readings}
        own = tuple(
            waste
            for part in PART_OF.values()
            for crop, waste in part.items()
            if crop in owners and waste in residue.readings
        )
        settled.append(
            Found("commodity", tuple(dict.fromkeys(own)) or residue.readings, residue.start, residue.end)
        )
    return settled


def _is_crop(found: Found) -> bool:
    return lexicon.canonicals("crop").issuperset(found.readings)
