"""A tap's payload is written by whoever sends it: it brings nobody further than their own bookings."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from bot import postman, turn
from tests.conversations.script import Stage

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
