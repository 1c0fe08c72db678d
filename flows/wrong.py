"""What a complaint is about, told from a few words of anybody's."""

import re
import unicodedata

#: In this order: "wazan kam" is about the weight, "paise kam" about the money. All else is "other", and the words
#: themselves say it.
REASONS = (
    (
        "weight",
        {
            "weight",
            "weighed",
            "wazan",
            "wajan",
            "vazan",
            "vajan",
            "ojon",
            "tol",
            "tola",
            "taul",
            "thooka",
            "tooka",
        }
        | {"tookam", "thookam", "thookkam", "tuka", "edai", "bharuvu", "baruvu"},
    ),
    ("quality", {"quality", "grade", "wet", "moist", "moisture", "rotten", "kharab", "gila", "geela"}),
    ("payment", {"pay", "paid", "payment", "money", "paisa", "paise", "cash", "rupee", "rupees"}),
    ("weight", {"short", "kam", "kg"}),
    ("not_delivered", {"deliver", "delivered", "delivery", "come", "came", "missing", "nahi", "not"}),
)
#: Native words are bent at their end; marks that only some write are left out.
WEIGHT = ("वजन", "तौल", "तोल", "ਵਜਨ", "ਤੋਲ", "ਭਾਰ", "વજન", "તોલ", "ওজন", "எடை", "తూక", "బరువు", "ತೂಕ", "തൂക്ക")
NUKTA = re.compile("[\u093c\u0a3c\u09bc\u0abc]")
LETTERS = re.compile(r"[^\W\d_]+")
WORDS = re.compile(r"[\s,.;:!?।()-]+")


def reason_of(said: str) -> str:
    """By whole words: "nothing" is no "not", "kaam" no "kam"."""
    if about_weight(said):
        return "weight"
    spoken = set(LETTERS.findall(said.casefold()))
    return next((name for name, words in REASONS if words & spoken), "other")


def about_weight(said: str) -> bool:
    plain = NUKTA.sub("", unicodedata.normalize("NFKD", said.casefold()))
    spoken = WORDS.split(plain)
    return any(word.startswith(WEIGHT_STEMS) for word in spoken) or not REASONS[0][1].isdisjoint(spoken)


WEIGHT_STEMS = tuple(NUKTA.sub("", unicodedata.normalize("NFKD", stem)) for stem in WEIGHT)
