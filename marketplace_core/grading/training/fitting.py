"""Fitting heads on features, and how well their confidence holds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize, minimize_scalar

Floats = NDArray[np.float32]
Classes = NDArray[np.int64]
#: Weights (features x classes) and bias.
Linear = tuple[Floats, Floats]

BINS = 15


def tamed(features: Floats, parts: Sequence[tuple[int, int]]) -> Floats:
    """What a head sees: the root of each part, at length one, so that no loud channel drowns the rest."""
    roots = [np.sqrt(np.maximum(features[:, start:stop], 0)) for start, stop in parts]
    return np.concatenate([each / np.linalg.norm(each, axis=1, keepdims=True) for each in roots], axis=1)


def discriminant(seen: Floats, classes: Classes, shrink: float) -> Linear:
    """Fisher's: every class a cloud of one shape, the shape pulled towards a ball where the data are few."""
    means = np.stack([seen[classes == each].mean(0) for each in range(classes.max() + 1)])
    around = seen - means[classes]
    shape = (1 - shrink) * (around.T @ around) / len(seen)
    shape[np.diag_indices(len(shape))] += shrink / (1 - shrink) * np.trace(shape) / len(shape)
    weights = cho_solve(cho_factor(shape), means.T).astype(np.float32)
    return weights, -0.5 * (means * weights.T).sum(1)


def logistic(seen: Floats, classes: Classes, ridge: float, steps: int = 80) -> Linear:
    """Multinomial; solved among the main directions of the data, of which there are no more than pictures."""
    middle, spread = seen.mean(0), seen.std(0)
    scale = (spread + 0.3 * spread.mean()) * np.float32(np.sqrt(seen.shape[1] / 1000))
    rows, directions = _turned((seen - middle) / scale)
    count, kinds = len(rows), int(classes.max()) + 1
    wanted = np.eye(kinds, dtype=np.float32)[classes]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        w = flat.reshape(-1, kinds).astype(np.float32)
        likely = log_softmax(rows @ w[:-1] + w[-1])
        off = (np.exp(likely) - wanted) / count
        slope = np.vstack([rows.T @ off + ridge * w[:-1], off.sum(0)])
        value = -float((wanted * likely).sum()) / count + ridge / 2 * float((w[:-1] ** 2).sum())
        return value, slope.ravel().astype(np.float64)

    start = np.zeros((rows.shape[1] + 1) * kinds)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    w = found.reshape(-1, kinds).astype(np.float32)
    weights = (directions @ w[:-1]) / scale[:, None]
    return weights, w[-1] - middle @ weights


def _turned(rows: Floats, most: int = 1000) -> tuple[Floats, Floats]:
    """The rows among the main directions of a sample of them, and the directions."""
    sample = rows[:: max(1, len(rows) // 1500)]
    strength, turns = np.linalg.eigh(sample @ sample.T)
    kept = np.argsort(strength)[::-1][:most]
    kept = kept[strength[kept] > strength.max() * 1e-5]
    directions = (sample.T @ turns[:, kept]) / np.sqrt(strength[kept])
    return rows @ directions, directions


def log_softmax(logits: Floats) -> Floats:
    down = logits - logits.max(1, keepdims=True)
    return np.asarray(down - np.log(np.exp(down).sum(1, keepdims=True)))


def summed(probabilities: Floats, into: Classes) -> Floats:
    """Of fine classes to coarse: `into[fine]` is the coarse one."""
    return np.asarray(probabilities @ np.eye(into.max() + 1, dtype=np.float32)[into])


def temperature(logits: Floats, classes: Classes, into: Classes) -> float:
    """By which logits are divided so that confidence is neither boast nor modesty, on pictures held back."""

    def surprise(log_t: float) -> float:
        likely = summed(np.exp(log_softmax(logits / np.exp(log_t))), into)
        return -float(np.log(np.maximum(likely[np.arange(len(likely)), classes], 1e-9)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-1, 5), method="bounded").x))


def calibration_error(probabilities: Floats, classes: Classes) -> float:
    """How far confidence and being right lie apart, over bins of confidence (ECE)."""
    sure, right = probabilities.max(1), probabilities.argmax(1) == classes
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return sum(
        abs(float(sure[bins == each].mean() - right[bins == each].mean())) * float((bins == each).mean())
        for each in np.unique(bins)
    )


def auroc(low: Floats, high: Floats) -> float:
    """How often one of `high` scores above one of `low`; a tie is half."""
    order = np.sort(low)
    below, upto = np.searchsorted(order, high, "left"), np.searchsorted(order, high, "right")
    return float((below + upto).mean() / 2 / len(low))
