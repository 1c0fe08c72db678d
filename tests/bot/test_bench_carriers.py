"""The judge finds what it must find, and the pretend Twilio behaves as it says."""

import asyncio
import os
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psutil
import pytest
from pydantic import SecretStr

from bot.bench_carriers.alone import courses
from bot.bench_carriers.arrivals import Arrivals, arrivals
from bot.bench_carriers.carrier import PretendTwilio
from bot.bench_carriers.faults import (
    Fault,
    Standing,
    carrier_busy,
    carrier_late,
    rasa_stopped,
    server_killed,
    worker_killed,
)
from bot.bench_carriers.judge import Delivery, Records, Sent, Verdict, judge
from bot.bench_carriers.records import answers, in_general
from bot.carriers.port import Letter
from bot.carriers.refusals import Refused
from bot.carriers.twilio.api import Twilio
from bot.message import Outgoing
from bot.processes import Child, start, stop
from bot.settings import Settings

ASHA = "whatsapp:+919000000001"


def brought(sid: str, began: float, taken_at: float | None, *replies: str) -> Delivery:
    accepts = [taken_at - began] if taken_at else []
    said = [(taken_at or began, text) for text in replies]
    left = began + 0.01
    return Delivery(sid, ASHA, f"words of {sid}", began, began, left, 1, taken_at, accepts, said)


#: Two messages, the first answered through the outbox, the second in the reply.
FIRST, SECOND = brought("SM1", 1.0, 1.1), brought("SM2", 2.0, 2.2, "two")
SENT = (Sent(1.3, "row1", ASHA, "one"),)
RECORDS = Records(["SM1", "SM2"], {"row1": "SM1"}, {ASHA: "menu"})
ALONE = {ASHA: "menu"}


def verdict(*messages: Delivery, sent: tuple[Sent, ...] = SENT, records: Records = RECORDS) -> Verdict:
    return judge(messages, sent, records, ALONE)


def counts(found: Verdict) -> tuple[int, int, int, int]:
    return len(found.lost), len(found.doubled), len(found.out_of_order), len(found.wrong)


def test_where_all_is_well_nothing_is_found() -> None:
    found = verdict(FIRST, SECOND)
    assert counts(found) == (0, 0, 0, 0)
    assert found.clean


def test_a_message_that_was_acknowledged_and_not_written_down_is_lost() -> None:
    found = verdict(FIRST, SECOND, records=replace(RECORDS, heard=["SM1"]))
    assert counts(found) == (1, 0, 0, 0)
    assert "SM2" in found.lost[0]
    assert not found.clean


def test_a_message_that_is_never_answered_is_lost() -> None:
    found = verdict(FIRST, SECOND, sent=())
    assert counts(found) == (1, 0, 0, 0)
    assert "SM1" in found.lost[0]


def test_what_nobody_acknowledged_is_not_lost_by_us_nor_is_what_was_asked_for_again() -> None:
    never = replace(brought("SM3", 3.0, None), tries=4)
    away = replace(brought("SM4", 4.0, 4.1), told_away=True)
    assert counts(verdict(FIRST, SECOND, never, away)) == (0, 0, 0, 0)


def test_the_same_reply_to_a_repeated_webhook_is_one_answer_and_another_reply_is_two() -> None:
    repeated = replace(SECOND, replies=[(2.2, "two"), (4.2, "two")])
    assert counts(verdict(FIRST, repeated)) == (0, 0, 0, 0)
    other = replace(SECOND, replies=[(2.2, "two"), (4.2, "three")])
    assert counts(verdict(FIRST, other)) == (0, 1, 0, 0)


def test_a_row_that_left_twice_is_doubled() -> None:
    found = verdict(FIRST, SECOND, sent=(*SENT, replace(SENT[0], at=1.9)))
    assert counts(found) == (0, 1, 0, 0)
    assert "row1" in found.doubled[0]


def test_the_same_answer_in_two_rows_is_doubled() -> None:
    records = replace(RECORDS, answers={"row1": "SM1", "row9": "SM1"})
    sent = (*SENT, Sent(1.9, "row9", ASHA, "one"))
    assert counts(verdict(FIRST, SECOND, sent=sent, records=records)) == (0, 1, 0, 0)


def test_an_answer_in_the_reply_and_through_the_outbox_is_doubled() -> None:
    both = replace(FIRST, replies=[(1.1, "one")])
    assert counts(verdict(both, SECOND)) == (0, 1, 0, 0)


def test_an_answer_that_overtakes_the_one_before_it_is_out_of_order() -> None:
    found = verdict(FIRST, SECOND, sent=(replace(SENT[0], at=2.9),))
    assert counts(found) == (0, 0, 1, 0)
    assert found.out_of_order == [f"SM2 was answered before SM1, both of {ASHA}"]


def test_a_message_that_is_heard_before_one_that_came_earlier_is_out_of_order() -> None:
    records = replace(RECORDS, heard=["SM2", "SM1"])
    first = replace(FIRST, taken_at=2.5)
    assert counts(verdict(first, SECOND, sent=(replace(SENT[0], at=2.6),), records=records)) == (0, 0, 1, 0)
    # Not where the carrier had to bring it again: then it came later.
    again = replace(first, tries=2)
    assert counts(verdict(again, SECOND, sent=(replace(SENT[0], at=2.6),), records=records)) == (0, 0, 0, 0)
    # Nor where both were on the wire at once.
    slow = replace(SECOND, began=first.began, left=first.left)
    assert counts(verdict(first, slow, sent=(replace(SENT[0], at=2.6),), records=records)) == (0, 0, 0, 0)


def test_who_stands_elsewhere_than_alone_is_found() -> None:
    found = verdict(FIRST, SECOND, records=replace(RECORDS, standing={ASHA: "half a sale"}))
    assert counts(found) == (0, 0, 0, 1)
    assert "half a sale" in found.wrong[0]


def test_a_row_instead_of_another_answers_the_same_message() -> None:
    rows = [("a", "twilio:SM1"), ("b", "instead:a"), ("c", "instead:b"), ("d", "market:event:person")]
    assert answers(rows) == {"a": "SM1", "b": "SM1", "c": "SM1", "d": "market:event:person"}


def test_two_people_who_did_the_same_stand_at_the_same_and_others_do_not() -> None:
    one = {"last": "Published: L7K2QF", "id": "0193c1d2-7aaa-7bbb-8ccc-1234567890ab", "misses": 0}
    other = {"last": "Published: L9ZZAB", "id": "0193c1d2-7aaa-7bbb-8ccc-ba0987654321", "misses": 0}
    assert in_general(one, []) == in_general(other, [])
    assert in_general(one, []) != in_general(other | {"misses": 1}, [])
    assert in_general(one, []) != in_general(other, [["active", "wheat", 1200]])


def test_a_course_is_what_was_heard_in_the_order_it_was_heard() -> None:
    theirs = [brought("SM1", 1, 1), brought("SM2", 2, 2), brought("SM3", 3, None)]
    found = courses(theirs, ["SM2", "SM1"], {ASHA: True, "+919000000002": False})
    assert found[ASHA] == (True, True, ("words of SM2", "words of SM1"))
    assert found["+919000000002"] == (False, False, ())


@pytest.fixture(scope="module")
def plan() -> Arrivals:
    return arrivals(Random("a plan"), rate=50, seconds=60, first=0)


def test_everybody_says_the_whole_dialogue(plan: Arrivals) -> None:
    assert 3000 <= len(plan.messages) < 3006
    for writer in plan.writers:
        said = [each.words for each in plan.messages if each.address == writer.address]
        assert sorted(said) == sorted(writer.words)
    assert [each.due for each in plan.messages] == sorted(each.due for each in plan.messages)


def test_one_in_twenty_is_repeated_and_one_pair_in_twenty_swapped(plan: Arrivals) -> None:
    delays = Counter(
        "at once" if each.again == each.due else "soon" if each.again < each.due + 2.001 else "at the end"
        for each in plan.messages
        if each.again is not None
    )
    assert set(delays) == {"at once", "soon", "at the end"}
    assert 0.03 < delays.total() / len(plan.messages) < 0.07
    swapped = 0
    for writer in plan.writers:
        said = tuple(each.words for each in plan.messages if each.address == writer.address)
        swapped += sum(a != b for a, b in zip(said, writer.words, strict=True)) // 2
    assert 0.02 < swapped / len(plan.messages) < 0.07


def test_some_write_three_messages_within_half_a_second(plan: Arrivals) -> None:
    bursts = 0
    for writer in plan.writers:
        moments = [each.due for each in plan.messages if each.address == writer.address]
        bursts += any(c - a <= 0.5 + 1e-6 for a, c in zip(moments, moments[2:], strict=False))
    assert 0.1 < bursts / len(plan.writers) < 0.5


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def letter(n: int) -> Letter:
    return Letter(ASHA, "whatsapp:+14155238886", Outgoing(f"answer {n}"), tenant=1, own_id=f"row{n}")


async def test_the_pretend_twilio_takes_lists_refuses_and_hangs_up_after_taking() -> None:
    port = free_port()
    told = Settings(
        _env_file=None,
        public_base_url="http://127.0.0.1:9",
        twilio_auth_token=(SecretStr("secret"),),
        twilio_api_url=f"http://127.0.0.1:{port}",
    )
    carrier = PretendTwilio("secret")
    before = datetime.now(UTC) - timedelta(seconds=2)
    async with carrier.standing(port), Twilio(told) as twilio:
        first = await twilio.send(letter(1))
        assert [(one.row, one.to, one.body) for one in carrier.sent] == [("row1", ASHA, "answer 1")]
        assert [one.carrier_id for one in await twilio.recent(ASHA, before)] == [first.carrier_id]

        carrier.mood = "busy"
        with pytest.raises(Refused) as refused:
            await twilio.send(letter(2))
        assert (refused.value.code, refused.value.kind) == (20429, "temporary")
        assert len(carrier.sent) == 1

        carrier.mood, carrier.asked = "late", 9
        with pytest.raises(Refused) as uncertain:
            await twilio.send(letter(3))
        assert uncertain.value.kind == "uncertain"
        assert [one.body for one in await twilio.recent(ASHA, before)] == ["answer 3", "answer 1"]


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Child]:
    child = Child("sleeper", ("sleep", "60"), os.environ, tmp_path / "log")
    start(child)
    yield child
    stop([child])


def standing(child: Child) -> Standing:
    return Standing(child, child, child, PretendTwilio("secret"), lambda: None)


def state_of(child: Child) -> str:
    assert child.process
    return psutil.Process(child.process.pid).status()


@pytest.mark.parametrize("fault", [server_killed, worker_killed])
async def test_what_is_killed_is_started_again(sleeper: Child, fault: Fault) -> None:
    before = sleeper.process
    await fault(standing(sleeper), 0.1)
    assert before and before.returncode == -signal.SIGKILL
    assert sleeper.process is not before
    assert state_of(sleeper) != psutil.STATUS_ZOMBIE


async def test_rasa_is_stopped_for_a_while_and_goes_on(sleeper: Child) -> None:
    stopping = asyncio.create_task(rasa_stopped(standing(sleeper), 0.3))
    await asyncio.sleep(0.1)
    assert state_of(sleeper) == psutil.STATUS_STOPPED
    await stopping
    assert state_of(sleeper) != psutil.STATUS_STOPPED


@pytest.mark.parametrize(("fault", "mood"), [(carrier_busy, "busy"), (carrier_late, "late")])
async def test_the_carriers_mood_passes(sleeper: Child, fault: Fault, mood: str) -> None:
    stands = standing(sleeper)
    breaking = asyncio.ensure_future(fault(stands, 0.1))
    await asyncio.sleep(0.02)
    assert stands.carrier.mood == mood
    await breaking
    assert stands.carrier.mood == "well"
