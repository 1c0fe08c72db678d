"""At which temperature the classifier's chances are honest: half of the languages choose it, the others judge it.

Run inside the Rasa environment, from the root of the repository: python -m nlu.components.temperature
"""

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from nlu.components.bridge import BridgeIntentClassifier
from nlu.evaluation.cases import intent_cases, unseen
from nlu.evaluation.measures import calibration_error
from nlu.vocabulary import training_sentences


def main() -> None:
    classifier: Any = BridgeIntentClassifier(BridgeIntentClassifier.get_default_config(), None, None)  # type: ignore[arg-type]
    classifier.fit([(text, intent) for text, intent, _ in training_sentences()])
    cases, _ = unseen(intent_cases())
    margins = np.array([classifier.margins(case.text) for case in cases])
    truth = np.array([classifier.intents.index(case.intent) for case in cases])
    languages = sorted({case.language for case in cases})
    first = np.array([languages.index(case.language) % 2 == 0 for case in cases])
    for choosing in (first, ~first):
        temperature = _honest(margins[choosing], truth[choosing])
        chances = softmax(margins[~choosing] / temperature, axis=1)
        right = chances.argmax(axis=1) == truth[~choosing]
        error = calibration_error(chances.max(axis=1).tolist(), right.tolist())
        print(
            f"temperature {temperature:.3f}; on the other half {right.mean():.3f} right, calibration error {error:.3f}"
        )


def _honest(margins: np.ndarray, truth: np.ndarray) -> float:
    def surprise(temperature: float) -> float:
        return -float(log_softmax(margins / temperature, axis=1)[np.arange(len(truth)), truth].mean())

    return float(minimize_scalar(surprise, bounds=(0.05, 2.0), method="bounded").x)


if __name__ == "__main__":
    main()
