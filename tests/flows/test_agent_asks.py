"""What somebody's answer to their agent leaves behind."""

from uuid import UUID

from sqlalchemy import func, select

from bot.turn import drive
from flows.agent_asks import AGENT_ASKS
from flows.heard import Heard
from flows.say import msg
from flows.state import Frame, State
from flows.turn import Channel, Steps, Turn
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.accounts.models import consent
from marketplace_core.agents import asking
from marketplace_core.desk import Desk
from marketplace_core.places.place import Place
from tests.marketplace_core.people import MOGA, somebody


async def _asked(desk: Desk, place: Place) -> tuple[UUID, UUID, UUID]:
    agent, me = (
        await somebody(desk, "+919800000009", name="Ravi"),
        await somebody(desk, "+919800000010", name="Asha"),
    )
    await accounts.add_role(desk, agent, "field_agent")
    terms = {"name": "Asha", "place": place.to_json()}
    asked = await asking.ask(desk, agent_id=agent, person_id=me, kind="reg", terms=terms)
    return agent, me, asked.id


async def _says_yes(desk: Desk, me: UUID, asked: UUID) -> int:
    """How many consents are kept after it."""
    slots = {"ask": str(asked), "kind": "reg", "agreed": True}
    frame = Frame(AGENT_ASKS.name, slots=slots, note={"shown": [msg("Yes").to_json()]})
    turn = Turn(await people.person(desk, me), Channel("whatsapp"), State(), Heard(), desk.now)

    def answer() -> Steps[None]:
        yield from AGENT_ASKS.commit(turn, frame)

    await drive(desk, answer())  # type: ignore[arg-type]
    kept = await desk.db.scalar(select(func.count()).where(consent.c.person_id == me))
    return int(kept or 0)


async def test_a_yes_that_counts_keeps_the_consent(desk: Desk) -> None:
    _, me, asked = await _asked(desk, MOGA)
    assert await _says_yes(desk, me, asked) == 1


async def test_a_yes_to_what_is_over_keeps_no_consent(desk: Desk) -> None:
    agent, me, asked = await _asked(desk, MOGA)
    await asking.withdraw(desk, agent_id=agent, ask_id=asked)
    assert await _says_yes(desk, me, asked) == 0
