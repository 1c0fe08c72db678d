"""The figures as tables to read."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlu.evaluation import measures
from nlu.evaluation.cases import OUT_OF_SCOPE, Case
from nlu.understanding import ACT

#: What a mistake costs a farmer: a wrong sale, cancellation or price against a question too many.
_COSTLY, _COST, _QUESTION = (
    frozenset({"sell", "cancel_booking", "cancel_listing", "accept", "ask_price"}),
    10,
    1,
)


@dataclass(frozen=True)
class Answer:
    case: Case
    intent: str
    confidence: float
    values: Mapping[str, Any]
    language: str | None

    @property
    def right(self) -> bool:
        return self.intent == self.case.intent

    @property
    def ours(self) -> float:
        """How surely the message was taken for market business."""
        return 1 - self.confidence if self.intent == OUT_OF_SCOPE else self.confidence


def share_right(answers: Sequence[Answer]) -> float:
    return sum(answer.right for answer in answers) / len(answers)


def intents(title: str, answers: Sequence[Answer]) -> str:
    native = _f1([a for a in answers if a.case.script == "native"])
    latin = _f1([a for a in answers if a.case.script == "latin" and a.case.language != "en"])
    lines = [f"{title}: macro-F1 native {native:.3f}, Latin and mixed {latin:.3f}"]
    groups = _grouped(answers, lambda a: (a.case.language, a.case.script))
    worst = min(groups, key=lambda group: _f1(groups[group]))
    for (language, script), group in groups.items():
        width = measures.give_or_take([answer.right for answer in group])
        lines.append(
            f"  {language} {script:7} F1 {_f1(group):.3f}  right {share_right(group):.3f} ± {width:.3f} of {len(group)}"
        )
    calibration = measures.calibration_error([a.confidence for a in answers], [a.right for a in answers])
    lines.append(
        f"  worst {' '.join(worst)} {_f1(groups[worst]):.3f}; all {share_right(answers):.3f}; "
        f"calibration error {calibration:.3f}; "
        f"cost a message {_cost(answers):.2f}"
    )
    return "\n".join(lines)


def out_of_scope(answers: Sequence[Answer]) -> str:
    inside = [a for a in answers if a.case.intent != OUT_OF_SCOPE]
    outside = [a for a in answers if a.case.intent == OUT_OF_SCOPE]
    score, foreign = [a.ours for a in inside], [a.ours for a in outside]
    refused = sum(not _acted(a) for a in outside) / len(outside)
    named = sum(a.right for a in outside) / len(outside)
    kept = sum(_acted(a) for a in inside) / len(inside)
    acted_right = [a.right for a in inside if _acted(a)]
    return (
        f"Out of scope ({len(outside)} of {len(answers)}): AUROC {measures.auroc(score, foreign):.3f}, "
        f"taken for ours at 95 % kept {measures.false_alarms(score, foreign):.3f}\n"
        f"  at the working point: not acted on {refused:.3f} (named so {named:.3f}); of ours acted on {kept:.3f}, "
        f"{sum(acted_right) / len(acted_right):.3f} of those right"
    )


def speed(took: Sequence[float]) -> str:
    middle, late, latest = np.percentile(np.asarray(took), (50, 95, 99))
    return f"Milliseconds a message: median {middle:.1f}, p95 {late:.1f}, p99 {latest:.1f}"


def languages(answers: Sequence[Answer]) -> str:
    lines = ["Language recognised (of those that were named; the rest keep the stored choice)"]
    for (language, script), group in _grouped(answers, lambda a: (a.case.language, a.case.script)).items():
        named = [answer for answer in group if answer.language]
        right = sum(answer.language == language for answer in named)
        lines.append(
            f"  {language} {script:7} named {len(named) / len(group):.2f}, right {right / max(1, len(named)):.3f}"
        )
    return "\n".join(lines)


def frames(answers: Sequence[Answer]) -> str:
    slots: dict[str, list[bool]] = defaultdict(list)
    invented: Counter[str] = Counter()
    for answer in answers:
        for name in answer.case.values:
            slots[name].append(answer.values.get(name) == answer.case.values[name])
        invented.update(answer.values.keys() - answer.case.values.keys())
    whole = [answer.right and answer.values == answer.case.values for answer in answers]
    lines = [f"Values of {len(answers)} messages; intent and every value right {sum(whole) / len(whole):.3f}"]
    lines += [
        f"  {name:10} {sum(right) / len(right):.3f} of {len(right)}; heard where none was said {invented[name]}"
        for name, right in sorted(slots.items())
    ]
    for language, group in _grouped(answers, lambda a: (a.case.language,)).items():
        good = [answer.right and answer.values == answer.case.values for answer in group]
        lines.append(f"  {language[0]} {sum(good) / len(good):.3f}")
    return "\n".join(lines)


def confusions(answers: Sequence[Answer]) -> str:
    times = Counter(a.case.intent for a in answers)
    wrong = Counter((a.case.intent, a.intent) for a in answers if not a.right)
    lines = ["Taken for another"]
    lines += [
        f"  {meant} for {taken}: {often} of {times[meant]}"
        for (meant, taken), often in wrong.most_common(25)
        if often / times[meant] > 0.02
    ]
    return "\n".join(lines)


def errors(answers: Sequence[Answer]) -> str:
    lines = []
    for a in answers:
        if not a.right:
            lines.append(
                f"{a.case.language}\t{a.case.intent} as {a.intent} {a.confidence:.2f}\t{a.case.text}"
            )
        elif a.case.values and a.values != a.case.values:
            lines.append(f"{a.case.language}\t{dict(a.case.values)} as {dict(a.values)}\t{a.case.text}")
    return "\n".join(lines)


def _acted(answer: Answer) -> bool:
    return answer.intent != OUT_OF_SCOPE and answer.confidence >= ACT


def _cost(answers: Sequence[Answer]) -> float:
    def cost(answer: Answer) -> int:
        if not _acted(answer):
            return 0 if answer.case.intent == OUT_OF_SCOPE else _QUESTION
        if answer.right:
            return 0
        return _COST if answer.intent in _COSTLY else _QUESTION

    return sum(map(cost, answers)) / len(answers)


def _f1(answers: Sequence[Answer]) -> float:
    if not answers:
        return float("nan")
    return measures.macro_f1([a.case.intent for a in answers], [a.intent for a in answers])


def _grouped(
    answers: Sequence[Answer], by: Callable[[Answer], tuple[str, ...]]
) -> dict[tuple[str, ...], list[Answer]]:
    groups: dict[tuple[str, ...], list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[by(answer)].append(answer)
    return dict(sorted(groups.items()))
