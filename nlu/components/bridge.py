"""The intent of a message in any of our languages and scripts, from four views of its spelling and sense."""

import json
import random
from collections import Counter
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import diags
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize as unit_length
from sklearn.svm import LinearSVC

from nlu.components.noise import noisy
from nlu.components.spelling import Spelling
from nlu.concepts import concepts, speaks
from nlu.normalise import normalise, shape
from nlu.phonetic import devoiced, skeleton

_SHORTEST, _LONGEST = 2, 4


#: How much a view counts: what words are about says more than how they are spelled.
_WEIGHTS = {"c": 2.0}


def features(text: str, spelling: Spelling) -> list[str]:
    """Pieces of the message as normalised, of its phonetic skeleton, of that without voice; and what it is about.

    The first letter of a feature names its view.
    """
    words = shape(normalise(text)).split()
    plain = " ".join(word if speaks(word) else spelling.mended(word) for word in words)
    said = [piece for word in plain.split() for piece in _pieces(word)]
    about = concepts(plain)
    return said + ["c" + one for one in about.in_order] + ["u" + pair for pair in about.together]


@lru_cache(maxsize=65536)
def _pieces(word: str) -> tuple[str, ...]:
    bones = skeleton(word)
    views = [("s", f" {bones} "), ("d", f" {devoiced(bones)} ")]
    if not word.isascii():  # in Latin letters the skeleton is nearly the word again
        views.append(("p", f" {word} "))
    return tuple(
        view + padded[i : i + length]
        for view, padded in views
        for length in range(_SHORTEST, min(_LONGEST, len(padded)) + 1)
        for i in range(len(padded) - length + 1)
    )


#: What the processes of a pool inherit instead of having it sent to each.
_inherited: dict[str, Any] = {}


def _margin(intent: str) -> tuple[np.ndarray, float]:
    """One intent against all the rest."""
    config, rows, labels = (_inherited[name] for name in ("config", "rows", "labels"))
    ours = labels == intent
    often = len(np.unique(labels)) * ours.sum() / len(ours)
    model = LinearSVC(
        C=config["C"],
        tol=config["tolerance"],
        class_weight={True: 1 / often, False: 1.0},
        random_state=config["random_state"],
    )
    model.fit(rows, ours)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class BridgeIntentClassifier(GraphComponent, IntentClassifier):
    """TF-IDF of the features, one linear margin an intent, softmax at a temperature.

    Margins rather than a regression: on these data as accurate, and trained in seconds where that takes minutes.
    Kept as JSON and npz: loads in a moment and runs no code from a file. One message is a handful of rows to add up;
    that is done here, because scikit-learn takes five times as long to put them into a matrix first.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "C": 1.0,
            "tolerance": 0.02,
            "rarest": 3,
            "temperature": 0.165,
            "noisy_share": 1.0,
            "random_state": 42,
            "ranking_length": 3,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "regex"]

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.config = config
        self._storage = storage
        self._resource = resource
        self._spelling = Spelling({})
        self._columns: dict[str, int] = {}
        self._rarity = np.zeros(0, dtype=np.float32)
        self.intents: list[str] = []
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "BridgeIntentClassifier":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        said = [
            (example.get(TEXT), example.get(INTENT))
            for example in training_data.intent_examples
            if example.get(TEXT)
        ]
        self.fit(said)
        self.persist()
        return self._resource

    def fit(self, said: list[Any]) -> None:
        dice = random.Random(self.config["random_state"])  # noqa: S311
        misspelt = [
            (noisy(text, dice), intent) for text, intent in said if dice.random() < self.config["noisy_share"]
        ]
        self._spelling = Spelling.of(shape(normalise(text)) for text, _ in said)
        texts, labels = zip(*said, *misspelt, strict=True)
        vectorizer = TfidfVectorizer(
            analyzer=self._features,
            sublinear_tf=True,
            dtype=np.float32,
            min_df=self.config["rarest"],
            norm=None,
        )
        counted = vectorizer.fit_transform(texts)
        self._columns = {feature: int(column) for feature, column in vectorizer.vocabulary_.items()}
        weights = np.array(
            [_WEIGHTS.get(f[0], 1.0) for f in vectorizer.get_feature_names_out()], dtype=np.float32
        )
        self._rarity = (vectorizer.idf_ * weights).astype(np.float32)
        rows = unit_length(counted @ diags(weights))
        self.intents = sorted(set(labels))
        _inherited.update(config=self.config, rows=rows, labels=np.array(labels))
        with get_context("fork").Pool() as pool:
            fitted = pool.map(_margin, self.intents, chunksize=1)
        _inherited.clear()
        self._weights = np.stack([weights for weights, _ in fitted], axis=1)
        self._bias = np.array([bias for _, bias in fitted], dtype=np.float32)

    def _features(self, text: str) -> list[str]:
        return features(text, self._spelling)

    def margins(self, text: str) -> np.ndarray:
        seen = Counter(map(self._columns.get, self._features(text)))
        seen.pop(None, None)
        if not seen:
            return self._bias
        columns = list(seen)
        row = 1 + np.log(np.fromiter(seen.values(), dtype=np.float32, count=len(columns)))
        row *= self._rarity[columns]
        row /= np.linalg.norm(row)
        return row @ self._weights[columns] + self._bias

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages if self.intents else ():
            chances = softmax(self.margins(message.get(TEXT) or "") / self.config["temperature"])
            best = np.argsort(-chances)[: self.config["ranking_length"]]
            ranking = [{"name": self.intents[i], "confidence": float(chances[i])} for i in best]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            words = {
                "intents": self.intents,
                "features": sorted(self._columns, key=lambda f: self._columns[f]),
                "times": self._spelling.times,
            }
            (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
            np.savez(folder / "numbers.npz", rarity=self._rarity, weights=self._weights, bias=self._bias)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "BridgeIntentClassifier":
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
            component.intents = words["intents"]
            component._spelling = Spelling(words["times"])
            component._columns = {feature: column for column, feature in enumerate(words["features"])}
            with np.load(folder / "numbers.npz", allow_pickle=False) as numbers:
                component._rarity = numbers["rarity"]
                component._weights = numbers["weights"]
                component._bias = numbers["bias"]
        return component
