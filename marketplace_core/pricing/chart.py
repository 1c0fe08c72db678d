"""A picture of a price: what was paid, and the fan of what may come. Pure: texts are handed in.

Drawing is slow (a second or so): call it from a thread. matplotlib is imported at the first picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

#: Pixels. A picture must stay small on a village's connection.
WIDTH, HEIGHT, DPI = 640, 420, 100
LARGEST_BYTES = 60_000
COLOURS = 48
#: Each language's own letters; Latin letters, digits and ₹ are in every chart.
LATIN = "NotoSans-Regular.ttf"
FONTS = {
    "bn": "NotoSansBengali-Regular.ttf",
    "en": LATIN,
    "gu": "NotoSansGujarati-Regular.ttf",
    "hi": "NotoSansDevanagari-Regular.ttf",
    "kn": "NotoSansKannada-Regular.ttf",
    "ml": "NotoSansMalayalam-Regular.ttf",
    "mr": "NotoSansDevanagari-Regular.ttf",
    "pa": "NotoSansGurmukhi-Regular.ttf",
    "ta": "NotoSansTamil-Regular.ttf",
    "te": "NotoSansTelugu-Regular.ttf",
}
INK, PAID, COMING = "#333333", "#1b5e20", "#e65100"


@dataclass(frozen=True)
class Labels:
    """`note` is the line below: where from, of which day, how sure."""

    title: str
    per: str
    paid: str
    coming: str
    note: str


@dataclass(frozen=True)
class Ahead:
    """A day to come, paise: one price in ten is below low, one above high."""

    day: date
    low: int
    likely: int
    high: int


def chart(
    history: Sequence[tuple[date, int]], forecast: Sequence[Ahead], labels: Labels, language: str
) -> bytes:
    """PNG of less than 60 kB; history and forecast in paise, each in the order of its days."""
    # Agg alone and no pyplot: no window system is asked for, and the figure is freed with its last name.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415

    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    text: dict[str, Any] = {"fontfamily": families(language), "color": INK}
    axes = figure.add_subplot()
    if history:
        days, paise = zip(*history, strict=True)
        axes.plot(
            [day.toordinal() for day in days],
            [each / 100 for each in paise],
            color=PAID,
            lw=2,
            label=labels.paid,
        )
    if forecast:
        ahead = [each.day.toordinal() for each in forecast]
        axes.fill_between(
            ahead,
            [each.low / 100 for each in forecast],
            [each.high / 100 for each in forecast],
            color=COMING,
            alpha=0.25,
            lw=0,
        )
        axes.plot(
            ahead, [each.likely / 100 for each in forecast], color=COMING, lw=2, ls="--", label=labels.coming
        )
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{date.fromordinal(max(1, int(at))):%d/%m}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rupees, _: f"₹{indian(round(rupees))}"))
    for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        tick.set(fontfamily=families("en"), fontsize=10, color=INK)
    axes.grid(color="#dddddd", lw=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(labels.title, fontsize=14, loc="left", **text)
    axes.set_ylabel(labels.per, fontsize=11, **text)
    axes.set_xlabel(labels.note, fontsize=9, loc="left", **text)
    if history or forecast:
        legend = axes.legend(loc="best", frameon=False, prop={"family": families(language), "size": 11})
        for word in legend.get_texts():
            word.set_color(INK)
    return _png(figure)


def _png(figure: object) -> bytes:
    # A chart has few colours: a palette makes it a third as large.
    from PIL import Image  # noqa: PLC0415

    raw = BytesIO()
    figure.savefig(raw, format="png")  # type: ignore[attr-defined]
    out = BytesIO()
    with Image.open(raw) as drawn:
        drawn.convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def families(language: str) -> list[str]:
    """The names of the language's font and of the Latin one, registered; unknown languages are written in Latin."""
    from matplotlib import font_manager  # noqa: PLC0415

    names = []
    for file in dict.fromkeys((FONTS.get(language, LATIN), LATIN)):
        path = str(resources.files("marketplace_core.pricing") / "fonts" / file)
        font_manager.fontManager.addfont(path)
        names.append(font_manager.FontProperties(fname=path).get_name())
    return names


def indian(number: int) -> str:
    """12,34,567."""
    digits = str(abs(number))
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ("-" if number < 0 else "") + ",".join([*pairs, tail])
