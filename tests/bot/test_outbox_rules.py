"""How a message may leave, when, and what follows a refusal: rules that need no database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest

from bot.carriers.refusals import Act
from bot.carriers.twilio.errors import REMEDIES
from bot.message import Outgoing
from bot.outbox.hours import Hours, hours_of, open_from
from bot.outbox.pace import Pace
from bot.outbox.remedies import CURES, LATER, SOON, pause
from bot.outbox.rows import Row
from bot.outbox.together import both
from bot.outbox.ways import Way, way_of
from bot.settings import Settings
from flows.say import Option, Reply, label, msg
from flows.turn import KOLKATA
from tests.conftest import NOW

HOURS = hours_of(Settings(_env_file=None))
OPENER = {"template": "booking_pending_hi_123456", "values": ["B7QK2M"], "text": "…"}
NIGHT = datetime(2026, 11, 20, 23, 30, tzinfo=KOLKATA)
MORNING = datetime(2026, 11, 21, 8, 0, tzinfo=KOLKATA)

ROW = Row(
    tenant=1,
    id=UUID(int=1),
    person=UUID(int=2),
    channel="whatsapp",
    recipient="whatsapp:+919876500001",
    outgoing=Outgoing("hello"),
    attempts=1,
    created_at=NOW,
    purpose="answer",
    notice=None,
    reply=None,
    phone="+919876500001",
    heard_at=NOW,
)


def way(now: datetime = NOW, **changed: object) -> Way:
    return way_of(replace(ROW, **changed), now, HOURS, burst=45)  # type: ignore[arg-type]


class TestTheWindow:
    def test_it_lasts_a_day_from_the_last_message_of_that_address(self) -> None:
        day = timedelta(hours=24)
        almost, over = NOW - day + timedelta(seconds=1), NOW - day
        assert way(heard_at=almost).how == "as it is"
        assert way(heard_at=over).how == "elsewhere"
        assert way(heard_at=None).how == "elsewhere"

    def test_outside_it_a_notice_leaves_as_its_template(self) -> None:
        notice = {"urgent": False, "opener": OPENER}
        assert way(heard_at=None, purpose="notice", notice=notice).how == "opener"
        assert way(heard_at=None, purpose="notice", notice={"urgent": False}).how == "elsewhere"

    def test_the_carriers_word_that_it_is_closed_weighs_more_than_our_clock(self) -> None:
        assert way(notice={"opener": OPENER}).how == "as it is"
        assert way(notice={"opener": OPENER, "window_closed": True}).how == "opener"

    def test_an_sms_knows_no_window(self) -> None:
        assert way(channel="sms", heard_at=None).how == "as it is"


class TestTheHours:
    def test_what_can_wait_waits_for_the_morning(self) -> None:
        late = {"created_at": NIGHT, "heard_at": NIGHT}
        assert way(NIGHT, purpose="notice", **late) == Way("later", MORNING)
        assert way(NIGHT, purpose="notice", notice={"urgent": True}, **late).how == "as it is"
        assert way(NIGHT, purpose="answer", **late).how == "as it is"
        assert way(NIGHT, purpose="code", **late).how == "as it is"

    def test_nobody_is_rung_at_night_however_urgent_it_is(self) -> None:
        urgent = {"notice": {"urgent": True}, "purpose": "notice", "created_at": NIGHT, "heard_at": NIGHT}
        assert way(NIGHT, channel="voice", **urgent) == Way("later", MORNING)
        assert way(NIGHT, channel="sms", **urgent).how == "as it is"

    def test_a_promotion_is_never_urgent_enough_for_the_night(self) -> None:
        at_nine = MORNING + timedelta(hours=1)
        assert way(at_nine, purpose="promotion", created_at=at_nine, heard_at=at_nine) == Way(
            "later", MORNING + timedelta(hours=2)
        )

    @pytest.mark.parametrize(
        ("hour", "minute", "opens"),
        [(7, 59, (20, 8)), (8, 0, None), (19, 59, None), (20, 0, (21, 8)), (0, 0, (20, 8))],
    )
    def test_the_hours_are_those_of_india(
        self, hour: int, minute: int, opens: tuple[int, int] | None
    ) -> None:
        now = datetime(2026, 11, 20, hour, minute, tzinfo=KOLKATA)
        expected = datetime(2026, 11, opens[0], opens[1], tzinfo=KOLKATA) if opens else now
        assert open_from(Hours(8, 20), now) == expected


class TestWhatNobodyShallGet:
    def test_what_was_written_before_they_said_stop(self) -> None:
        assert way(opted_out_at=NOW + timedelta(seconds=1)).how == "never"

    def test_but_the_goodbye_itself_leaves(self) -> None:
        assert way(opted_out_at=NOW).how == "as it is"

    def test_a_code_that_has_run_out(self) -> None:
        later = NOW + timedelta(minutes=6)
        assert way(later, channel="sms", purpose="code").how == "never"
        assert way(later, channel="sms").how == "as it is"

    def test_anything_at_a_dead_address(self) -> None:
        assert way(closed_at=NOW).how == "elsewhere"


def test_a_burst_to_one_person_waits_on_whatsapp_alone() -> None:
    assert way(lately=44).how == "as it is"
    assert way(lately=45) == Way("later", NOW + timedelta(seconds=6))
    assert way(channel="sms", lately=45).how == "as it is"


async def test_a_number_sends_no_faster_than_it_may_and_numbers_do_not_wait_for_each_other() -> None:
    pace = Pace()
    await pace.keep("one", 100)
    first = pace.free_at["one"]
    for _ in range(4):
        await pace.keep("one", 100)
    assert pace.free_at["one"] - first == pytest.approx(0.04, abs=0.02)
    await pace.keep("other", 100)
    assert pace.free_at["other"] < pace.free_at["one"] + 0.02


class TestRemedies:
    def test_every_act_of_every_carrier_has_its_cure(self) -> None:
        assert set(CURES) == set(get_args(Act))
        assert {remedy.act for remedy in REMEDIES.values()} <= set(CURES)

    def test_what_a_person_forbade_is_said_nowhere_else(self) -> None:
        for act in ("suppress", "opt_out"):
            assert not CURES[act].elsewhere and not CURES[act].again  # type: ignore[index]

    def test_what_somebody_must_put_right_raises_an_alarm(self) -> None:
        assert {act for act, cure in CURES.items() if cure.alarm} == {
            "configuration",
            "compliance",
            "bug",
            "page",
            "join_sandbox",
            "repair_media",
        }

    def test_pauses_grow_and_are_spread(self) -> None:
        seconds = [pause(SOON, attempt).total_seconds() for attempt in range(1, 5)]
        for measured, middle in zip(seconds, (2, 8, 32, 128), strict=True):
            assert 0.8 * middle <= measured <= 1.2 * middle
        assert pause(LATER, 1) >= timedelta(minutes=48)
        assert len({pause(SOON, 1) for _ in range(20)}) > 10


class TestTogether:
    def test_all_is_said_and_the_choices_are_those_the_dialogue_stands_at(self) -> None:
        asks = Reply((msg("One?"),), (Option("yes", label("Yes")),), serial=4)
        tells = Reply((msg("Two."),), serial=5)
        for first, second in ((asks, tells), (tells, asks)):
            stored = [
                {"reply": each.to_json(), "language": "en", "script": "native"} for each in (first, second)
            ]
            whole = Reply.from_json(both(*stored)["reply"])
            assert [part.text for part in whole.parts] == [first.parts[0].text, second.parts[0].text]
            assert (whole.options, whole.serial) == (asks.options, 4)
