"""The picture of a price can be read by everybody, in their own script, on a slow line."""

import warnings
from datetime import date, timedelta
from importlib import resources

import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from PIL import Image

from marketplace_core.pricing.chart import (
    FONTS,
    HEIGHT,
    LARGEST_BYTES,
    LATIN,
    WIDTH,
    Ahead,
    Labels,
    chart,
    families,
    indian,
)

START = date(2026, 7, 2)
PAID = [(START + timedelta(days=n), 200_000 + 1_500 * (n % 7)) for n in range(60)]
COMING = [
    Ahead(PAID[-1][0] + timedelta(days=n), 190_000 - 900 * n, 205_000, 220_000 + 1_500 * n)
    for n in range(1, 31)
]
#: Words with conjuncts, reordered vowels and marks above and below: what goes wrong first without shaping.
WORDS = {
    "bn": "পেঁয়াজের দাম, প্রতি কুইন্টাল",
    "en": "Onion price per quintal",
    "gu": "ડુંગળીનો ભાવ પ્રતિ ક્વિન્ટલ",
    "hi": "प्याज का भाव, प्रति क्विंटल",
    "kn": "ಈರುಳ್ಳಿ ಬೆಲೆ, ಪ್ರತಿ ಕ್ವಿಂಟಾಲ್‌ಗೆ",
    "ml": "ഉള്ളിയുടെ വില, ക്വിന്റലിന്",
    "mr": "कांद्याचा भाव, प्रति क्विंटल",
    "pa": "ਪਿਆਜ਼ ਦਾ ਭਾਅ, ਪ੍ਰਤੀ ਕੁਇੰਟਲ",
    "ta": "வெங்காய விலை, குவிண்டாலுக்கு",
    "te": "ఉల్లిపాయ ధర, క్వింటాల్‌కు",
}
#: One syllable each that only shaping writes as one: letter, virama, letter, or a vowel that joins.
CONJUNCTS = {
    "bn": "ক্ষ",
    "gu": "ક્ષ",
    "hi": "क्ष",
    "kn": "ಕ್ಷ",
    "ml": "ന്ത",
    "mr": "ज्ञ",
    "pa": "ਪ੍ਰ",
    "ta": "கு",
    "te": "క్ష",
}


def labels(language: str) -> Labels:
    word = WORDS[language]
    return Labels(
        title=word, per="₹ / 100 kg", paid=word[:12], coming=word[-12:], note=f"{word} · 24/07/2026"
    )


@pytest.mark.parametrize("language", sorted(FONTS))
def test_a_picture_is_small_and_every_letter_is_there(language: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        png = chart(PAID, COMING, labels(language), language)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) < LARGEST_BYTES
    with Image.open(__import__("io").BytesIO(png)) as picture:
        assert picture.size == (WIDTH, HEIGHT)


def test_letters_of_another_script_are_missed() -> None:
    """The test above can fail."""
    with pytest.warns(UserWarning, match="missing from font"):
        chart(PAID, COMING, labels("ta"), "en")


@pytest.mark.parametrize("language", sorted(CONJUNCTS))
def test_letters_are_joined(language: str) -> None:
    """A joined syllable is narrower, or other glyphs, than its letters side by side."""
    syllable = CONJUNCTS[language]
    path = str(resources.files("marketplace_core.pricing") / "fonts" / FONTS[language])
    font = FT2Font(path)
    font.set_size(100, 72)
    font.set_text(syllable)
    joined = font.get_width_height()[0] / 64
    known = TTFont(path)
    letters, widths = known.getBestCmap(), known["hmtx"]
    side_by_side = sum(widths[letters[ord(c)]][0] for c in syllable) * 100 / known["head"].unitsPerEm
    assert joined != pytest.approx(side_by_side, rel=0.03)


@pytest.mark.parametrize("language", sorted(FONTS))
def test_the_shipped_font_is_used_and_no_other(language: str) -> None:
    first, *_ = families(language)
    found = findfont(FontProperties(family=first))
    assert found.endswith(FONTS[language])
    assert "marketplace_core" in found


def test_nothing_to_show_is_an_empty_chart_and_an_unknown_language_is_latin() -> None:
    assert chart([], [], labels("en"), "en").startswith(b"\x89PNG")
    assert (
        families("xx")
        == families("en")
        == [
            FontProperties(
                fname=str(resources.files("marketplace_core.pricing") / "fonts" / LATIN)
            ).get_name()
        ]
    )


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (999, "999"), (1000, "1,000"), (123456, "1,23,456"), (-12345678, "-1,23,45,678")],
)
def test_money_is_grouped_as_in_india(number: int, written: str) -> None:
    assert indian(number) == written
