"""A tap's payload is written by whoever sends it: it brings nobody further than their own bookings."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from bot import postman, turn
from tests.conversations.script import PICKUP_CODES, Stage

STORY = """\
gurpreet@whatsapp[en] is Gurpreet Singh from 142001
gurpreet has 12 t paddy_straw at 200 a quintal
asha@whatsapp[en] is Asha Rani from 142001
ravi@whatsapp[en] is Ravi from 142001
(asha books 5 t of L1 and pays ahead)
gurpreet > 1
"""
SAID = text("SELECT body->>'text' FROM message WHERE direction = 'out' AND person_id = :id ORDER BY id")
STATE = text("SELECT state FROM booking")
DISPUTE = text("SELECT state FROM dispute")


async def tapped(stage: Stage, who: str, payload: str) -> list[str]:
    """What somebody hears after a tap that no message of ours carried."""
    inbound = replace(stage._inbound(stage.people[who], "x"), text="x", tap=payload)
    await turn.take(stage.office, inbound)
    await postman.make_round(stage.office, stage.box, stage.now)
    async with stage.office.desk(stage.now) as desk:
        return list((await desk.db.execute(SAID, {"id": stage.people[who].id})).scalars())


@pytest.mark.parametrize("who", ["asha", "ravi"])
async def test_the_pickup_code_is_shown_to_the_farmer_alone(stage: Stage, who: str) -> None:
    await stage.play(STORY)
    secret, payload = stage.codes["P1"], f"go:my_bookings:code:{stage.codes['B1']}"
    assert not any(secret in said for said in await tapped(stage, who, payload))
    assert any(secret in said for said in await tapped(stage, "gurpreet", payload))


@pytest.mark.parametrize("act", ["cancel", "agree_pickup", "bill", "pick_up", "rate", "no_such_act"])
async def test_a_stranger_changes_and_sees_nothing(stage: Stage, act: str) -> None:
    await stage.play(STORY)
    said = await tapped(stage, "ravi", f"go:my_bookings:{act}:{stage.codes['B1']}")
    assert not any("Gurpreet" in each or "10,000" in each for each in said)
    async with stage.office.desk(stage.now) as desk:
        assert (await desk.db.execute(STATE)).scalar_one() == "confirmed"


async def test_a_complaint_is_taken_back_by_whoever_made_it_alone(stage: Stage) -> None:
    await stage.play(STORY + "(asha pays for B1)\n(asha loads B1)\n")
    await stage.play(
        "asha > I have a complaint\nasha > the quality is bad\nasha > It is wet.\nasha > no\nasha > yes\n"
    )
    payload = f"go:my_bookings:withdraw:{stage.codes['B1']}"
    for who, answer in (("ravi", "I do not know this booking."), ("gurpreet", "This is not yours")):
        assert answer in (await tapped(stage, who, payload))[-1]
        await stage.play(f"{who} > yes\n")
    async with stage.office.desk(stage.now) as desk:
        assert (await desk.db.execute(DISPUTE)).scalar_one() == "open"
    assert "Take back your complaint?" in (await tapped(stage, "asha", payload))[-1]
    await stage.play("asha > yes\n")
    async with stage.office.desk(stage.now) as desk:
        assert (await desk.db.execute(DISPUTE)).scalar_one() == "withdrawn"
        assert (await desk.db.execute(STATE)).scalar_one() == "in_transit"


@pytest.mark.parametrize("who", ["asha", "ravi"])
async def test_nobody_but_the_farmer_changes_the_pickup_code(stage: Stage, who: str) -> None:
    await stage.play(STORY)
    payload = f"go:new_code:{stage.codes['B1']}"
    assert "not yours" in (await tapped(stage, who, payload))[-1]
    async with stage.office.desk(stage.now) as desk:
        assert (await desk.db.execute(PICKUP_CODES)).scalar_one() == stage.codes["P1"]
    assert "not valid any more" in (await tapped(stage, "gurpreet", payload))[-1]
    async with stage.office.desk(stage.now) as desk:
        assert (await desk.db.execute(PICKUP_CODES)).scalar_one() != stage.codes["P1"]
