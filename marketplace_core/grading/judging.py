"""What was seen of one lot, said and measured about it, becomes a report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import fmean

from marketplace_core.grading import rules
from marketplace_core.grading.calorific import calorific, usual_moisture
from marketplace_core.grading.eyes.grain import interval
from marketplace_core.grading.eyes.look import Seen
from marketplace_core.grading.eyes.what import COMMODITIES as SHOWN
from marketplace_core.grading.report import Answers, Grain, Report, Straw, What

#: So sure must an eye be of another kind of produce before anybody is asked about it.
SURE_OF_ANOTHER = 0.8


def report(
    seen: Sequence[Seen],
    *,
    commodity: str | None,
    answers: Answers,
    model: Mapping[str, str],
    now: datetime,
    limits: Sequence[rules.Limit] | None = None,
) -> Report:
    """One lot in one or several photos. Photos that cannot be judged count only where all are such."""
    at = now.isoformat(timespec="seconds")
    usable = [each for each in seen if not each.why]
    if not usable:
        faults = tuple(dict.fromkeys(fault for each in seen for fault in each.why))
        what = next((each.what for each in seen if each.what), None)
        return Report(False, faults, what=what, model=model, at=at)
    what = max((each.what for each in usable if each.what), key=lambda it: it.confidence, default=None)
    found = Report(
        True,
        what=what,
        grain=_pooled([each.grain for each in usable if each.grain]),
        straw=_mean([each.straw for each in usable if each.straw]),
        leaf=max((each.leaf for each in usable if each.leaf), key=lambda it: it.confidence, default=None),
        kernel=next((each.kernel for each in usable if each.kernel), None),
        doubt=_another(what, commodity),
        model=model,
        at=at,
    )
    return _graded(found, commodity, answers, limits)


def _graded(
    found: Report, commodity: str | None, answers: Answers, limits: Sequence[rules.Limit] | None
) -> Report:
    ruled_by = commodity or ("wheat" if found.grain else "wheat_straw" if found.straw else "")
    verdict = rules.grade(
        ruled_by, grain=found.grain, straw=found.straw, leaf=found.leaf, answers=answers, limits=limits
    )
    if verdict.why:
        return replace(found, why=verdict.why)
    moisture = answers.moisture or (usual_moisture(commodity) if commodity else None)
    return replace(
        found,
        grade=None if found.doubt else verdict.grade,
        confidence=None if found.doubt else verdict.confidence,
        defects=verdict.defects,
        advice=verdict.advice,
        moisture=moisture,
        calorific=calorific(commodity, moisture) if commodity else None,
    )


def _another(what: What | None, commodity: str | None) -> str | None:
    """The commodity that the photo shows, where it is surely not the one that was said."""
    if what is None or what.name is None or commodity is None or what.confidence < SURE_OF_ANOTHER:
        return None
    shown = SHOWN.get(what.name)
    return shown if shown != commodity else None


def _pooled(trays: Sequence[Grain]) -> Grain | None:
    """Kernels of several photos of one lot are counted together."""
    if len(trays) < 2:
        return trays[0] if trays else None
    kernels = sum(tray.kernels for tray in trays)
    shares = {
        name: round(sum(tray.shares[name] * tray.kernels for tray in trays) / kernels, 4)
        for name in trays[0].shares
    }
    return Grain(kernels, shares, {name: interval(name, share, kernels) for name, share in shares.items()})


def _mean(pictures: Sequence[Straw]) -> Straw | None:
    if not pictures:
        return None
    return Straw(
        *(round(fmean(getattr(each, it) for each in pictures), 4) for it in ("cover", "green", "dark"))
    )
