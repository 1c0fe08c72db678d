"""What an evaluation prints."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marketplace_core.grading.training.fitting import Classes, Floats, calibration_error

Cell = str | int | float
#: Below this confidence a person is asked instead.
SURE = 0.6
MOST_CONFUSIONS = 12


@dataclass(frozen=True)
class Table:
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        cells = [list(self.head), *([_written(each) for each in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(
                [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
            )
            for row in cells
        ]
        return "\n".join([self.title, *lines, *self.notes, ""])


def _written(cell: Cell) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def against(measure: str, value: float, target: float, *, at_most: bool = False) -> list[Cell]:
    """A row of: what, how much, wanted, whether reached."""
    reached = value <= target if at_most else value >= target
    return [measure, float(value), f"{'≤' if at_most else '≥'} {target}", "yes" if reached else "NO"]


TARGETS = ("measure", "value", "target", "reached")


def by_class(title: str, names: Sequence[str], said: Floats, classes: Classes) -> Table:
    """Counts, how many were found, how sure; the commonest confusions; what a person would be asked about."""
    chosen, sure = said.argmax(1), said.max(1)
    rows: list[list[Cell]] = []
    for at in np.unique(classes):
        mine, told = classes == at, chosen == at
        both = int((mine & told).sum())
        rows.append(
            [
                names[at],
                int(mine.sum()),
                both / int(mine.sum()),
                both / max(int(told.sum()), 1),
                float(sure[mine].mean()),
            ]
        )
    off = np.flatnonzero(chosen != classes)
    pairs, counts = np.unique(np.column_stack([classes[off], chosen[off]]), axis=0, return_counts=True)
    common = np.argsort(-counts)[:MOST_CONFUSIONS]
    kept = sure >= SURE
    right = float((chosen == classes)[kept].mean()) if kept.any() else 0.0
    notes = [
        "confused: "
        + ", ".join(
            f"{names[a]} → {names[b]} {n}" for (a, b), n in zip(pairs[common], counts[common], strict=True)
        ),
        f"calibration error {calibration_error(said, classes):.3f}; below {SURE} sure and left to a person:"
        f" {1 - kept.mean():.1%}; of the others right: {right:.3f}",
    ]
    return Table(title, ("class", "pictures", "found", "right when said", "confidence"), rows, notes)
