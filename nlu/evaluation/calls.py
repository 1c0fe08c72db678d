"""Real calls to the Kisan Call Centre of Telangana (government open data), as their operators wrote them down.

Their labels are the call centre's; only those that one of our intents stands for are asked. English shorthand.
"""

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from nlu.evaluation.cases import Case
from nlu.evaluation.tables import Answer

_FILE = Path("language") / "kcc_calls_telangana_2025_01.csv"
_INTENT_OF = {
    "Plant Protection": "pest_help",
    "Weather": "weather",
    "Market Information": "ask_price",
    "Cultural Practices": "crop_advice",
    "Nutrient Management": "crop_advice",
    "Fertilizer Use and Availability": "crop_advice",
    "Weed Management": "crop_advice",
    "Government Schemes": "out_of_scope",
}


def cases(data: Path) -> list[Case]:
    with (data / _FILE).open(encoding="utf-8", newline="") as lines:
        asked = {
            row["QueryText"].strip().lower(): _INTENT_OF[row["QueryType"]]
            for row in csv.DictReader(lines)
            if row["QueryType"] in _INTENT_OF
        }
    return [Case(text, "en", "latin", intent) for text, intent in asked.items() if text]


def report(answers: Sequence[Answer]) -> str:
    shares: dict[str, list[bool]] = defaultdict(list)
    for answer in answers:
        shares[answer.case.intent].append(answer.right)
    lines = [
        f"  {intent:14} {sum(right) / len(right):.3f} of {len(right)}" for intent, right in shares.items()
    ]
    return "\n".join(["Real calls, as operators noted them", *lines])
