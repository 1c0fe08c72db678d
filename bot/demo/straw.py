"""A heap of paddy straw, drawn: nobody's photo."""

import math
import random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 720)
SHADES = ("#6b5426", "#8a6d31", "#ab8a3f", "#c7a654", "#d9bd6c", "#e8d08a", "#f2e0a6", "#b7a058")


def straw_heap() -> Image.Image:
    """The same heap every time; the upper stalks lie in more light."""
    chance = random.Random(12)  # noqa: S311 - the same each time
    heap = Image.new("RGB", SIZE, "#4d3c1a")
    draw = ImageDraw.Draw(heap)
    for n in range(2600):
        x, y = chance.uniform(-80, SIZE[0]), chance.uniform(-80, SIZE[1])
        lean, length = chance.gauss(0.25, 0.75), chance.uniform(90, 260)
        bend = chance.uniform(-0.25, 0.25)
        middle = x + length / 2 * math.cos(lean), y + length / 2 * math.sin(lean)
        end = middle[0] + length / 2 * math.cos(lean + bend), middle[1] + length / 2 * math.sin(lean + bend)
        lightest = 3 + 5 * n // 2600
        draw.line([(x, y), middle, end], SHADES[chance.randrange(lightest)], chance.choice((2, 3, 3, 4, 5)))
    return heap.filter(ImageFilter.GaussianBlur(1.6))
