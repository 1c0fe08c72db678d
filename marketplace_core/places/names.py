"""Names as people say them, from names as the post office files them."""

import re
from functools import cache

OFFICE = re.compile(
    r"[\s(]+(?:Head Post Office|G\.?\s?P\.?\s?O|H\.?P\.?O|Hpo|N\.?D\.?T?\.?S\.?O|E\.?D\.?S\.?O"
    r"|[BSHP]\.?\s?O|MDG|H\.Q)\b\.?\)?(?:\s+\S.*)?$"
)
ABBREVIATION = re.compile(r"(?:[A-Z]\.)+[A-Z]?\.?|NTR|SPSR")
STATE_NAMES = {
    "THE DADRA AND NAGAR HAVELI AND DAMAN AND DIU": "Dadra and Nagar Haveli and Daman and Diu",
}

#: Names that people still use, or use for short, for what the gazetteer files under another district name.
KNOWN_AS = {
    "allahabad": "prayagraj",
    "baroda": "vadodara",
    "belgaum": "belagavi",
    "benares": "varanasi",
    "banaras": "varanasi",
    "bangalore": "bengaluru urban",
    "bengaluru": "bengaluru urban",
    "bombay": "mumbai",
    "calcutta": "kolkata",
    "calicut": "kozhikode",
    "cochin": "ernakulam",
    "coorg": "kodagu",
    "delhi": "new delhi",
    "dharashiv": "osmanabad",
    "gulbarga": "kalaburagi",
    "gurgaon": "gurugram",
    "kanpur": "kanpur nagar",
    "lakhimpur kheri": "kheri",
    "madras": "chennai",
    "mangalore": "dakshina kannada",
    "mangaluru": "dakshina kannada",
    "mewat": "nuh",
    "mohali": "sas nagar",
    "muktsar": "sri muktsar sahib",
    "narmadapuram": "hoshangabad",
    "nawanshahr": "shahid bhagat singh nagar",
    "nellore": "spsr nellore",
    "noida": "gautam buddha nagar",
    "ahilyanagar": "ahmednagar",
    "poona": "pune",
    "ropar": "rupnagar",
    "sambhajinagar": "aurangabad",
    "shimoga": "shivamogga",
    "trichy": "tiruchirappalli",
    "trivandrum": "thiruvananthapuram",
    "vizag": "visakhapatanam",
    "banaskantha": "banas kantha",
    "bardhaman": "purba bardhaman",
    "burdwan": "purba bardhaman",
    "cuddapah": "ysr",
    "dakshin dinajpur": "dinajpur dakshin",
    "kadapa": "ysr",
    "mehsana": "mahesana",
    "midnapore": "medinipur west",
    "nilgiris": "the nilgiris",
    "north 24 parganas": "24 paraganas north",
    "ooty": "the nilgiris",
    "paschim medinipur": "medinipur west",
    "puducherry": "pondicherry",
    "purba medinipur": "medinipur east",
    "sabarkantha": "sabar kantha",
    "south 24 parganas": "24 paraganas south",
    "thoothukudi": "tuticorin",
    "uttar dinajpur": "dinajpur uttar",
}

STATE_SHORT = {
    "ap": "andhra pradesh",
    "cg": "chhattisgarh",
    "hp": "himachal pradesh",
    "hr": "haryana",
    "jk": "jammu and kashmir",
    "ka": "karnataka",
    "keralam": "kerala",
    "mh": "maharashtra",
    "mp": "madhya pradesh",
    "orissa": "odisha",
    "pb": "punjab",
    "rj": "rajasthan",
    "tn": "tamil nadu",
    "ts": "telangana",
    "uk": "uttarakhand",
    "up": "uttar pradesh",
    "wb": "west bengal",
}

#: Words that say what kind of place it is, not which.
KIND = re.compile(
    r"\b(?:village|vill|gaon|gram|grama|pind|town|city|dist|distt|district|zilla|jilla|jila|tehsil|tahsil|"
    r"taluk|taluka|block|mandal|post office|post|near)\b"
)


def office_name(filed: str) -> str:
    """ "Moga HO" → "Moga"."""
    place, _, kind = filed.rpartition(" ")
    plainly_filed = kind in {"BO", "B.O", "SO", "S.O", "HO", "H.O"}  # nine in ten, and the pattern is slow
    name = (place if plainly_filed else OFFICE.sub("", filed)).strip(" .,-") or filed
    return area_name(name) if name.isupper() and len(name) > 3 else name


@cache
def area_name(filed: str) -> str:
    """ "FATEHGARH SAHIB" → "Fatehgarh Sahib"."""
    if filed in STATE_NAMES:
        return STATE_NAMES[filed]
    words = (
        word if ABBREVIATION.fullmatch(word) else "and" if word == "AND" else word.title()
        for word in filed.split()
    )
    return " ".join(words)
