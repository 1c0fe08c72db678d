"""A head reads the network's features and says how likely each of its classes is; its file holds the calibration."""

import numpy as np
from numpy.typing import NDArray

from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.eyes.backbone import Features

Probabilities = NDArray[np.float32]


def classes(name: str) -> tuple[str, ...]:
    return tuple(shelf.model(name).card["classes"])


def probabilities(name: str, features: Features) -> Probabilities:
    """One row a picture, its columns are `classes(name)`; a row sums to one."""
    said: Probabilities = shelf.model(name).session.run(["probabilities"], {"features": features})[0]
    return said


def familiarity(name: str, features: Features) -> NDArray[np.float32]:
    """How much each picture looks like those that the head learned from; below zero it is strange to it.

    A head has an answer for everything: this says whether it means anything.
    """
    head = shelf.model(name)
    near = head.session.run(["familiar"], {"features": features})[0]
    return np.asarray(near - np.float32(head.card["strange"]))
