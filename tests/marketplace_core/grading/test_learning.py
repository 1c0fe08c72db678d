"""What the eyes learn from: labels without names, a model that must be better to serve, a drift that is noticed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from structlog.testing import capture_logs

from marketplace_core.accounts import commands as accounts
from marketplace_core.audit.models import entry
from marketplace_core.bookings.models import inspection
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.fraud.queries import queue
from marketplace_core.grading import commands as grading
from marketplace_core.grading import drift, labels, limits, registry, rules
from marketplace_core.grading.errors import NotBetter, NothingBefore
from marketplace_core.grading.models import grade_label
from marketplace_core.grading.queries import limits as limits_of
from marketplace_core.grading.queries import own_limits
from marketplace_core.grading.registry import Model, chance, compare, in_shadow, paired
from marketplace_core.grading.report import Report, Straw, What
from marketplace_core.queues import queues
from tests.marketplace_core.people import booked, farmer, somebody
from tests.marketplace_core.pictures import picture, sent

SEEN = Report(
    usable=True,
    what=What("produce", "Onion", 0.9),
    straw=Straw(0.9, 0.0, 0.0),
    grade="B",
    confidence=0.7,
    model={"backbone": "1", "produce": "3"},
)


async def operator(desk: Desk) -> UUID:
    person_id = await somebody(desk, "+919800000092", name="Office")
    await accounts.add_role(desk, person_id, "operator")
    return person_id


async def agent(desk: Desk) -> UUID:
    person_id = await somebody(desk, "+919800000091", name="Kiran")
    await accounts.add_role(desk, person_id, "field_agent")
    return person_id


async def seen(desk: Desk, me: UUID, *, listing_code: str | None = None, **more: Any) -> str:
    shown = await sent(desk, me, picture(1))
    asked = await grading.ask(
        desk, person_id=me, commodity="paddy_straw", photos=[shown], listing_code=listing_code
    )
    await grading.judge(desk, asked.code, more.pop("report", SEEN), **more)
    return asked.code


# limits


async def test_an_operators_limit_holds_in_place_of_the_shipped_and_is_in_the_book(desk: Desk) -> None:
    office = await operator(desk)
    shipped = await limits_of(desk, "wheat")
    assert shipped == rules.shipped("wheat")
    told = {"commodity": "wheat", "measure": "foreign", "source": "Our mill, contract 7"}
    await limits.set_limit(desk, actor_id=office, most_a=0.01, most_b=0.02, **told)
    await limits.set_limit(desk, actor_id=office, most_a=0.005, most_b=0.01, **told)
    kept = await limits_of(desk, "wheat")
    assert [each.measure for each in kept] == [each.measure for each in shipped]
    (own,) = [each for each in kept if each.measure == "foreign"]
    assert (own.most_a, own.most_b, own.source) == (0.005, 0.01, "Our mill, contract 7")
    assert [each for each in kept if each != own] == [each for each in shipped if each.measure != "foreign"]
    assert await own_limits(desk) == (own,)
    await limits.drop_limit(desk, actor_id=office, commodity="wheat", measure="foreign")
    assert await limits_of(desk, "wheat") == shipped
    noted = await desk.db.execute(select(entry.c.action).where(entry.c.subject == "grade_rule:wheat"))
    assert sorted(noted.scalars()) == ["grade_rule.dropped", "grade_rule.set", "grade_rule.set"]


async def test_a_limit_may_be_set_where_none_is_shipped(desk: Desk) -> None:
    await limits.set_limit(
        desk,
        actor_id=await operator(desk),
        commodity="maize",
        measure="moisture",
        most_a=0.12,
        most_b=0.14,
        source="FAQ 2009-10",
    )
    assert [each.measure for each in await limits_of(desk, "maize")] == ["moisture"]


@pytest.mark.parametrize(
    ("field", "given_"),
    [
        ("commodity", {"commodity": "gold"}),
        ("measure", {"measure": "colour"}),
        ("most_a", {"most_a": 0.5, "most_b": 0.2}),
        ("most_a", {"most_a": -0.1}),
        ("most_b", {"most_b": 1.5}),
        ("source", {"source": "  "}),
    ],
)
async def test_a_limit_that_cannot_be(desk: Desk, field: str, given_: dict[str, Any]) -> None:
    fits: dict[str, Any] = {
        "commodity": "wheat",
        "measure": "broken",
        "most_a": 0.1,
        "most_b": 0.2,
        "source": "ours",
    }
    with pytest.raises(BadTerms) as refusal:
        await limits.set_limit(desk, actor_id=await operator(desk), **(fits | given_))
    assert refusal.value.field == field


async def test_limits_are_the_operators_alone(desk: Desk) -> None:
    me = await agent(desk)
    with pytest.raises(NotYours):
        await limits.set_limit(
            desk, actor_id=me, commodity="wheat", measure="husk", most_a=0, most_b=1, source="mine"
        )
    with pytest.raises(NotYours):
        await limits.drop_limit(desk, actor_id=me, commodity="wheat", measure="husk")
    with pytest.raises(NotFound):
        await limits.drop_limit(desk, actor_id=await operator(desk), commodity="wheat", measure="husk")


# labels


async def test_an_agents_grade_becomes_a_label_beside_the_eyes_answer_and_names_nobody(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    code = await seen(desk, me, report=replace(SEEN, doubt="onion"))
    await grading.grade(desk, actor_id=judge, code=code, grade="C")
    about_grade, about_crop = sorted(await labels.all_labels(desk), key=lambda each: each.about, reverse=True)
    assert (about_grade.about, about_grade.truth, about_grade.answer) == ("grade", "C", "B")
    assert (about_grade.source, about_grade.role, about_grade.confidence) == ("agent", "field_agent", 0.7)
    assert about_grade.model == {"backbone": "1", "produce": "3"} and len(about_grade.photos[0]) == 64
    assert (about_crop.about, about_crop.truth, about_crop.answer) == (
        "commodity",
        "paddy_straw",
        "onion",
    )
    written = json.dumps([vars(each) for each in await labels.all_labels(desk)], default=str)
    assert str(me) not in written and str(judge) not in written and "Kiran" not in written


async def test_a_grade_without_a_look_is_a_label_without_an_answer(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    shown = await sent(desk, me, picture(1))
    asked = await grading.ask(desk, person_id=me, commodity="wheat", photos=[shown])
    await grading.grade(desk, actor_id=judge, code=asked.code, grade="A")
    (label,) = await labels.all_labels(desk)
    assert (label.about, label.truth, label.answer, label.model) == ("grade", "A", None, {})


async def test_an_inspection_at_delivery_becomes_a_label_once(desk: Desk) -> None:
    seller, me, lot, agreed = await booked(desk)
    code = await seen(desk, seller, listing_code=lot.code)
    assert await labels.of_inspections(desk) == 0
    await desk.db.execute(insert_inspection(desk, agreed.id, me, "C"))
    assert await labels.of_inspections(desk) == 1
    assert await labels.of_inspections(desk) == 0
    (label,) = await labels.all_labels(desk)
    assert (label.source, label.role, label.truth, label.answer, label.grading) == (
        "inspection",
        "buyer",
        "C",
        "B",
        code,
    )


def insert_inspection(desk: Desk, booking_id: UUID, actor_id: UUID, grade: str) -> Any:
    return insert(inspection).values(
        tenant_id=desk.tenant, booking_id=booking_id, grade=grade, by="buyer", actor_id=actor_id, at=desk.now
    )


async def test_a_lot_that_no_eye_saw_makes_no_label(desk: Desk) -> None:
    _, me, _, agreed = await booked(desk)
    await desk.db.execute(insert_inspection(desk, agreed.id, me, "A"))
    assert await labels.of_inspections(desk) == 0


# the registry


async def registered(desk: Desk, version: str, name: str = "kernels", **more: Any) -> Model:
    return await registry.register(
        desk,
        name=name,
        version=version,
        file=f"{name}-{version}.onnx",
        sha256="a" * 64,
        data_sha256="b" * 64,
        metrics={"macro_f1": 0.9},
        licences="MIT",
        **more,
    )


async def labelled(
    desk: Desk, told: Sequence[tuple[str, str, str]], *, old: str = "1", new: str = "2"
) -> None:
    rows = [
        {
            "tenant_id": desk.tenant,
            "about": "grade",
            "truth": truth,
            "source": "agent",
            "role": "field_agent",
            "subject": str(uuid4()),
            "grading": "G22222",
            "commodity": "wheat",
            "photos": [],
            "answer": answer,
            "model": {"kernels": old},
            "rival": {"name": "kernels", "version": new},
            "rival_answer": rival,
            "at": desk.now,
        }
        for truth, answer, rival in told
    ]
    await desk.db.execute(insert(grade_label), rows)


BETTER = [("A", "B", "A")] * 20 + [("A", "A", "B")] * 5
SAME = [("A", "A", "A")] * 180


async def test_the_first_serves_and_the_next_is_on_trial(desk: Desk) -> None:
    assert (await registered(desk, "1")).state == "serving"
    assert (await registered(desk, "2")).state == "challenger"
    assert (await registered(desk, "2")).state == "challenger"  # the same again
    assert (await registered(desk, "3")).state == "challenger"
    assert {each.version: each.state for each in await registry.models(desk, "kernels")} == {
        "1": "serving",
        "2": "retired",
        "3": "challenger",
    }
    assert [each.version for each in await registry.challengers(desk)] == ["3"]
    assert (await registry.serving(desk))["kernels"].version == "1"


async def test_who_is_better_on_enough_labels_is_promoted_and_can_be_rolled_back(desk: Desk) -> None:
    office = await operator(desk)
    await registered(desk, "1")
    later = replace(desk, now=desk.now + timedelta(days=1))
    await registered(later, "2")
    await labelled(desk, BETTER + SAME)
    found = await compare(desk, "kernels")
    assert (found.labels, found.gained, found.lost, found.better) == (205, 20, 5, True)
    assert (found.serving_right, found.challenger_right) == (185, 200)
    promoted = await registry.promote(later, "kernels", actor_id=office)
    assert (promoted.version, promoted.state) == ("2", "serving")
    assert (await registry.serving(desk))["kernels"].version == "2"
    restored = await registry.roll_back(later, "kernels", actor_id=office)
    assert (restored.version, restored.state) == ("1", "serving")
    with pytest.raises(NothingBefore):
        await registry.roll_back(later, "kernels", actor_id=office)
    noted = await desk.db.execute(select(entry.c.action).where(entry.c.subject == "eye_model:kernels"))
    assert sorted(noted.scalars()) == ["eye_model.promoted", "eye_model.rolled_back"]


@pytest.mark.parametrize(
    "told",
    [
        [],
        BETTER + SAME[:174],  # 199 labels
        [("A", "B", "A")] * 12 + [("A", "A", "B")] * 8 + SAME,  # chance does as much
        [("A", "A", "B")] * 20 + [("A", "B", "A")] * 5 + SAME,  # worse
    ],
)
async def test_who_is_not_shown_to_be_better_stays_on_trial(
    desk: Desk, told: list[tuple[str, str, str]]
) -> None:
    await registered(desk, "1")
    await registered(desk, "2")
    if told:
        await labelled(desk, told)
    with pytest.raises(NotBetter) as refusal:
        await registry.promote(desk, "kernels", actor_id=None)
    assert refusal.value.labels == len(told) and f"of {len(told)} labels" in str(refusal.value)
    assert (await registry.serving(desk))["kernels"].version == "1"


async def test_labels_of_other_versions_say_nothing(desk: Desk) -> None:
    await registered(desk, "1")
    await registered(desk, "2")
    await labelled(desk, BETTER + SAME, old="0")
    await labelled(desk, BETTER + SAME, new="1.9")
    assert (await compare(desk, "kernels")).labels == 0


async def test_promoting_is_the_offices_and_needs_somebody_on_trial(desk: Desk) -> None:
    await registered(desk, "1")
    with pytest.raises(NotYours):
        await registry.promote(desk, "kernels", actor_id=await agent(desk))
    with pytest.raises(NotFound):
        await registry.promote(desk, "kernels", actor_id=None)
    with pytest.raises(NotYours):
        await registry.roll_back(desk, "kernels", actor_id=await farmer(desk))


async def test_the_answer_of_a_model_on_trial_lies_beside_and_reaches_its_label(desk: Desk) -> None:
    me, judge = await farmer(desk), await agent(desk)
    await registered(desk, "3", "produce")
    rival = await registered(desk, "4", "produce")
    code = await seen(desk, me, shadow=registry.shadow(rival, replace(SEEN, grade="C")))
    await grading.grade(desk, actor_id=judge, code=code, grade="C")
    found = await compare(desk, "produce")
    assert (found.labels, found.gained, found.lost) == (2, 1, 0)  # of the grade, and of the crop
    label = (await labels.all_labels(desk, about="grade"))[0]
    await labels.answered(desk, label.id, rival={"name": "produce", "version": "4"}, answer="A")
    assert (await compare(desk, "produce")).gained == 0


def test_one_photo_in_ten_is_seen_by_both_and_always_the_same_ones() -> None:
    ids = [UUID(int=number * 7919) for number in range(20_000)]
    chosen = [each for each in ids if in_shadow(each)]
    assert 1_850 < len(chosen) < 2_150
    assert chosen == [each for each in ids if in_shadow(each)]


@given(st.integers(0, 300), st.integers(0, 300))
def test_chance_is_a_probability_and_does_not_care_for_sides(gained: int, lost: int) -> None:
    assert 0 < chance(gained, lost) <= 1
    assert chance(gained, lost) == chance(lost, gained)
    assert chance(gained + 1, 0) <= chance(gained, 0)


def test_chance_as_the_book_has_it() -> None:
    # McNemar's exact test: 2 * P(X <= 1) of a fair coin thrown ten times
    assert chance(9, 1) == pytest.approx(2 * 11 / 1024)
    assert chance(0, 0) == 1.0 and chance(5, 5) == 1.0


def test_no_answer_is_a_wrong_one() -> None:
    found = paired("kernels", "1", "2", [("A", "A", None), ("B", None, "B")])
    assert (found.gained, found.lost, found.labels) == (1, 1, 2)


# drift


def test_the_same_distribution_is_quiet_and_another_one_is_loud() -> None:
    random = np.random.default_rng(5)
    then, now, moved = (random.normal(shift, 1, (500, drift.PARTS)) for shift in (0, 0, 1.2))
    grades = ["A"] * 250 + ["B"] * 150 + [None] * 100
    reference = drift.reference_of(then.tolist(), grades)
    quiet = drift.shifts(reference, now.tolist(), grades)
    assert len(quiet) == drift.PARTS + 1 and not any(each.alarming for each in quiet)
    loud = drift.shifts(reference, moved.tolist(), ["C"] * 500)
    assert all(each.alarming for each in loud)


def test_a_summary_is_eight_means() -> None:
    found = drift.summary(list(range(64)))
    assert found == [3.5 + 8 * part for part in range(8)]
    assert len(drift.summary([0.1] * 1280)) == drift.PARTS


@given(st.lists(st.integers(0, 500), min_size=4, max_size=4))
def test_an_index_is_finite_and_never_below_nothing(counts: list[int]) -> None:
    assert 0 <= drift.psi([0.25] * 4, counts) < 20


async def looks(desk: Desk, me: UUID, number: int, *, shift: float, grade: Any, seed: int) -> None:
    random = np.random.default_rng(seed)
    for each in random.normal(shift, 1, (number, 64)):
        shown = uuid4()
        asked = await grading.ask(
            replace(desk, now=desk.now - timedelta(hours=2)),
            person_id=me,
            commodity="paddy_straw",
            photos=[shown],
            on_their_way=True,
        )
        await grading.judge(
            desk, asked.code, replace(SEEN, grade=grade, confidence=0.9), features=each.tolist()
        )


async def test_a_week_unlike_the_reference_is_logged_and_waits_for_an_operator(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grading, "MOST_AN_HOUR", 10_000)
    monkeypatch.setattr(drift, "FIRST_LOOKS", 120)
    me, office = await farmer(desk), await operator(desk)
    await registered(desk, "1", drift.BACKBONE)
    before = replace(desk, now=desk.now - timedelta(days=20))
    await looks(before, me, 120, shift=0, grade="A", seed=1)
    assert await drift.watch(before) == ()
    reference = (await registry.serving(desk))[drift.BACKBONE].reference
    assert reference is not None and reference["grades"]["A"] == 1.0
    assert await drift.watch(desk) == ()  # nobody looked this week
    await looks(desk, me, 110, shift=1, grade="C", seed=2)
    with capture_logs() as logged:
        alarming = await drift.watch(desk)
    assert {each.what for each in alarming} == {"grades", *(f"feature {n}" for n in range(1, 9))}
    assert [each["event"] for each in logged] == ["the eyes drift"] * 9
    assert all(each["log_level"] == "error" for each in logged)
    flags = await queue(desk, limit=50)
    assert {each.rule for each in flags} == {"eyes_drift"} and len(flags) == 9
    await drift.watch(desk)
    assert len(await queue(desk, limit=50)) == 9
    waiting = {each.name: each.waiting for each in await queues(desk, office)}
    assert waiting["reviews"] == 9


async def test_without_a_reference_nothing_is_said(desk: Desk) -> None:
    assert await drift.this_week(desk) == () and await drift.watch(desk) == ()
    await registered(desk, "1", drift.BACKBONE)
    assert await drift.watch(desk) == ()
    assert (await desk.db.execute(select(func.count()).select_from(grade_label))).scalar() == 0
