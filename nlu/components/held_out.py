"""How well the classifier does on messages that it has not seen, and at which temperature its chances are honest.

Run inside the Rasa environment: python -m nlu.components.held_out nlu/data
"""

import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from nlu.components.bridge import BridgeIntentClassifier

FOLDS = 5


def examples(folder: Path) -> list[tuple[str, str, str]]:
    """Text, intent, language."""
    said, intent = [], ""
    for file in sorted(folder.glob("*.yml")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if found := re.match(r"\s*- intent: (\w+)", line):
                intent = found[1]
            elif found := re.match(r"\s+- (.+)", line):
                said.append((found[1], intent, file.stem))
    return said


def main(folder: Path) -> None:
    said = examples(folder)
    order = np.random.default_rng(7).permutation(len(said))
    logits, truth, about = [], [], []
    names: list[str] = []
    for fold in range(FOLDS):
        kept_out = set(order[fold::FOLDS])
        classifier = _fresh()
        classifier.fit([s[:2] for i, s in enumerate(said) if i not in kept_out])
        asked = [said[i] for i in sorted(kept_out)]
        logits.append(classifier.logits([text for text, _, _ in asked]))
        names = classifier.intents
        truth += [names.index(intent) for _, intent, _ in asked]
        about += [(text, language) for text, _, language in asked]
    report(np.vstack(logits), np.array(truth), about, names)


def _fresh() -> Any:
    return BridgeIntentClassifier(BridgeIntentClassifier.get_default_config(), None, None)  # type: ignore[arg-type]


def report(logits: np.ndarray, truth: np.ndarray, about: list[tuple[str, str]], names: list[str]) -> None:
    def surprise(temperature: float) -> float:
        chances = log_softmax(logits / temperature, axis=1)
        return -float(chances[np.arange(len(truth)), truth].mean())

    temperature = minimize_scalar(surprise, bounds=(0.05, 2.0), method="bounded").x
    chances = softmax(logits / temperature, axis=1)
    best, sure = chances.argmax(axis=1), chances.max(axis=1)
    right = best == truth
    second = np.argsort(-chances, axis=1)[:, 1] == truth
    print(
        f"{len(truth)} messages, {right.mean():.3f} right, {(right | second).mean():.3f} among the first two"
    )
    print(f"temperature {temperature:.3f}, calibration error {_calibration_error(sure, right):.3f}")
    groups: dict[str, list[bool]] = defaultdict(list)
    for (text, language), ok in zip(about, right, strict=True):
        groups[f"{language} {'latin' if text.isascii() else 'native'}"].append(bool(ok))
    for group, oks in sorted(groups.items()):
        print(f"  {group:12} {np.mean(oks):.3f} of {len(oks)}")
    for floor in (0.3, 0.45, 0.6, 0.75, 0.9):
        acted = sure >= floor
        print(f"  confidence >= {floor}: {acted.mean():.2f} of messages, {right[acted].mean():.3f} right")
    confused = Counter((names[t], names[b]) for t, b in zip(truth, best, strict=True) if t != b)
    for (meant, taken), times in confused.most_common(25):
        print(f"  {meant} taken for {taken}: {times}")


def _calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    bins = np.minimum((sure * 15).astype(int), 14)
    return float(
        sum(abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
