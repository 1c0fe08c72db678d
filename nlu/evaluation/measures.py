"""The figures: each takes what was meant and what was understood."""

from collections.abc import Sequence

import numpy as np

_BINS = 15
_SEED, _SAMPLES = 11, 1000


def macro_f1(meant: Sequence[str], taken: Sequence[str]) -> float:
    """The mean over the intents that were meant, each counting alike however often it came."""
    scores = []
    for intent in set(meant):
        right = sum(m == t == intent for m, t in zip(meant, taken, strict=True))
        wrong = sum((m == intent) != (t == intent) for m, t in zip(meant, taken, strict=True))
        scores.append(2 * right / (2 * right + wrong))
    return sum(scores) / len(scores)


def give_or_take(right: Sequence[bool]) -> float:
    """Half the width of the interval that holds 95 of 100 resamplings of the share that is right."""
    answers, dice = np.asarray(right, dtype=float), np.random.default_rng(_SEED)
    shares = answers[dice.integers(0, len(answers), (_SAMPLES, len(answers)))].mean(axis=1)
    low, high = np.percentile(shares, (2.5, 97.5))
    return float(high - low) / 2


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """How often a message of ours scores above one that is not."""
    ours, others = np.asarray(inside), np.sort(np.asarray(outside))
    below, up_to = np.searchsorted(others, ours, "left"), np.searchsorted(others, ours, "right")
    return float(((below + up_to) / 2 / len(others)).mean())


def false_alarms(inside: Sequence[float], outside: Sequence[float], kept: float = 0.95) -> float:
    """The share of foreign messages taken for ours, when that share of ours is kept."""
    floor = np.quantile(np.asarray(inside), 1 - kept)
    return float((np.asarray(outside) >= floor).mean())


def calibration_error(sure: Sequence[float], right: Sequence[bool]) -> float:
    """How far confidence is from the share that is right, over bins of confidence."""
    confidence, correct = np.asarray(sure), np.asarray(right, dtype=float)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            abs(confidence[bins == b].mean() - correct[bins == b].mean()) * (bins == b).mean()
            for b in np.unique(bins)
        )
    )
