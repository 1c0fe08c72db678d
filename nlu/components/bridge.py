"""The intent of a message in any of our languages and scripts, from three views of its spelling."""

import json
import random
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
from scipy.sparse import csr_matrix, hstack
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from nlu.components.noise import noisy
from nlu.normalise import normalise, shape
from nlu.phonetic import devoiced, skeleton

VIEWS = 3


def views(text: str) -> list[str]:
    """As normalised, as its phonetic skeleton, and as the skeleton without voice."""
    plain = shape(normalise(text))
    bones = skeleton(plain)
    return [plain, bones, devoiced(bones)]


def _vectorizer(config: dict[str, Any], vocabulary: Any = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(config["min_ngram"], config["max_ngram"]),
        sublinear_tf=True,
        lowercase=False,
        dtype=np.float32,
        min_df=1 if vocabulary else config["rarest"],
        vocabulary=vocabulary,
    )


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class BridgeIntentClassifier(GraphComponent, IntentClassifier):
    """TF-IDF of character n-grams over three views, one linear margin an intent, softmax at a temperature.

    Margins rather than a regression: on these data as accurate, and trained in seconds where that takes minutes.
    Kept as JSON and npz: loads in a tenth of a second and runs no code from a file.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "C": 0.5,
            "min_ngram": 2,
            "max_ngram": 4,
            "rarest": 3,
            "temperature": 0.22,
            "noisy_copies": 1,
            "random_state": 42,
            "ranking_length": 10,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "regex"]

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.config = config
        self._storage = storage
        self._resource = resource
        self._vectorizers: list[TfidfVectorizer] = []
        self._intents: list[str] = []
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
        copies = self.config["noisy_copies"]
        texts = [t for text, _ in said for t in (text, *(noisy(text, dice) for _ in range(copies)))]
        labels = [intent for _, intent in said for _ in range(1 + copies)]
        columns = list(zip(*map(views, texts), strict=True))
        self._vectorizers = [_vectorizer(self.config) for _ in range(VIEWS)]
        features = [v.fit_transform(column) for v, column in zip(self._vectorizers, columns, strict=True)]
        model = LinearSVC(
            C=self.config["C"],
            class_weight="balanced",
            random_state=self.config["random_state"],
        )
        model.fit(hstack(features, format="csr"), labels)
        self._intents = list(model.classes_)
        self._weights = model.coef_.astype(np.float32)
        self._bias = model.intercept_.astype(np.float32)

    def logits(self, texts: list[str]) -> np.ndarray:
        columns = zip(*map(views, texts), strict=True)
        features = csr_matrix(
            hstack([v.transform(column) for v, column in zip(self._vectorizers, columns, strict=True)])
        )
        return features @ self._weights.T + self._bias

    def process(self, messages: list[Message]) -> list[Message]:
        if not messages or not self._intents:
            return messages
        scores = self.logits([message.get(TEXT) or "" for message in messages])
        chances = softmax(scores / self.config["temperature"], axis=1)
        for message, row in zip(messages, chances, strict=True):
            best = np.argsort(-row)[: self.config["ranking_length"]]
            ranking = [{"name": self._intents[i], "confidence": float(row[i])} for i in best]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            words = {
                "intents": self._intents,
                "vocabularies": [
                    {gram: int(i) for gram, i in v.vocabulary_.items()} for v in self._vectorizers
                ],
            }
            (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
            rarities = {f"idf{i}": v.idf_ for i, v in enumerate(self._vectorizers)}
            np.savez(folder / "numbers.npz", weights=self._weights, bias=self._bias, **rarities)

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
            component._intents = words["intents"]
            with np.load(folder / "numbers.npz", allow_pickle=False) as numbers:
                component._weights = numbers["weights"]
                component._bias = numbers["bias"]
                for i, vocabulary in enumerate(words["vocabularies"]):
                    vectorizer = _vectorizer(config, vocabulary)
                    vectorizer.idf_ = numbers[f"idf{i}"]
                    component._vectorizers.append(vectorizer)
        return component
