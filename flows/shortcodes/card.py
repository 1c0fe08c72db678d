"""The card to hand out, printed from the table: as text, as a picture, as a page."""

from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from flows.shortcodes.grammar import COMMANDS, NOTES
from flows.words import words_of
from marketplace_core.pricing.chart import FONTS, LATIN

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

TITLE = "Mandi Mitra"
#: An A4 page of 150 dots an inch.
WIDTH, HEIGHT, MARGIN = 1240, 1754, 60
CODE_SIZE, TEXT_SIZE, TITLE_SIZE = 21, 19, 34
INK, GREEN, LINE = "#222222", "#1b5e20", "#cfd8dc"
WIDEST_TEXT = 88


def text(language: str) -> str:
    words = words_of(language, "native")
    lines = [TITLE, ""]
    for command in COMMANDS.values():
        lines += [
            command.form,
            *wrap(words(command.does), WIDEST_TEXT, initial_indent="  ", subsequent_indent="  "),
        ]
        lines += [f"  {command.example}", ""] if command.example != command.form else [""]
    return "\n".join(lines + [words(note) for note in NOTES]) + "\n"


def picture(language: str) -> bytes:
    return _saved(language, "PNG")


def page(language: str) -> bytes:
    return _saved(language, "PDF")


def write(language: str, to: Path) -> None:
    """What the file is called says what it becomes."""
    to.write_bytes(WRITTEN[to.suffix.lower()](language))


WRITTEN = {".txt": lambda language: text(language).encode(), ".png": picture, ".pdf": page}


def _saved(language: str, kind: str) -> bytes:
    from PIL import Image, ImageDraw  # noqa: PLC0415 - a library that only a printer needs

    words = words_of(language, "native")
    sheet = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, MARGIN - 10), TITLE, font=font("en", TITLE_SIZE), fill=GREEN)
    rows = list(COMMANDS.values())
    top, bottom = MARGIN + 55, HEIGHT - MARGIN - 80
    height = (bottom - top) / len(rows)
    for n, command in enumerate(rows):
        y = top + n * height
        pen.line((MARGIN, y, WIDTH - MARGIN, y), fill=LINE)
        pen.text((MARGIN, y + 4), command.form, font=font("en", CODE_SIZE), fill=GREEN)
        right = WIDTH - MARGIN - pen.textlength(command.example, font=font("en", TEXT_SIZE))
        if command.example != command.form:
            pen.text((right, y + 6), command.example, font=font("en", TEXT_SIZE), fill=INK)
        _say(pen, (MARGIN + 20, y + 31), words(command.does), language)
    for n, note in enumerate(NOTES):
        _say(pen, (MARGIN, bottom + 14 + 32 * n), words(note), language)
    out = BytesIO()
    sheet.save(out, kind, **({"resolution": 150.0} if kind == "PDF" else {"optimize": True}))
    return out.getvalue()


def _say(pen: object, at: tuple[float, float], said: str, language: str) -> None:
    """A sentence in two kinds of letters: what is Latin in it is not in every language's font."""
    x, y = at
    for piece, latin in _runs(said):
        face = font("en" if latin else language, TEXT_SIZE)
        pen.text((x, y + TEXT_SIZE), piece, font=face, fill=INK, anchor="ls")  # type: ignore[attr-defined]
        x += pen.textlength(piece, font=face)  # type: ignore[attr-defined]


def _runs(said: str) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    for letter in said:
        latin = letter.isascii() and letter != " "
        if runs and (runs[-1][1] == latin or letter == " "):
            runs[-1] = (runs[-1][0] + letter, runs[-1][1])
        else:
            runs.append((letter, latin))
    return runs


@cache
def font(language: str, size: int) -> "FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415

    file = resources.files("marketplace_core.pricing") / "fonts" / FONTS.get(language, LATIN)
    # Raqm joins and reorders the letters of India's scripts; without it they would stand side by side.
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.RAQM)
