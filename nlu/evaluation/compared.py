"""Our classifier beside Rasa's stock pipelines, all trained on the same part of the sentences and asked the same.

A part, because stock DIET trains slowly: an epoch on every fifth sentence took 45 s beside other work.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from nlu.evaluation import tables
from nlu.evaluation.asking import model_alone
from nlu.evaluation.cases import NLU, Case
from nlu.server import CONFIG, Say, cache_folder, rasa_server
from nlu.vocabulary import Sentence, training_sentences


def compared(cases: Sequence[Case], nth: int, say: Say) -> Iterator[str]:
    """A table for each pipeline."""
    said = training_sentences()[::nth]
    yield f"Trained on every {nth}th sentence: {len(said)}"
    for config in (CONFIG, *sorted((NLU / "compared").glob("*.yml"))):
        with rasa_server(say, config=config, data=_written(said, nth)) as url:
            answers, took = asyncio.run(model_alone(url, cases))
        title = "our classifier" if config == CONFIG else f"stock Rasa, {config.stem}"
        yield "\n".join((tables.intents(title, answers), tables.out_of_scope(answers), tables.speed(took)))


def _written(said: Sequence[Sentence], nth: int) -> Path:
    """As Rasa reads them; in the cache, so that the models trained on them are found again."""
    folder = cache_folder() / f"every-{nth}"
    folder.mkdir(exist_ok=True)
    by_intent: dict[str, list[str]] = {}
    for one in said:
        by_intent.setdefault(one.intent, []).append(f"    - {one.text}\n")
    blocks = (f"- intent: {intent}\n  examples: |\n{''.join(texts)}" for intent, texts in by_intent.items())
    (folder / "sentences.yml").write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")
    return folder
