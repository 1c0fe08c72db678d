"""What the office does for agents before a story begins."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from sqlalchemy import text

from marketplace_core.accounts import acting
from marketplace_core.accounts import commands as accounts
from marketplace_core.agents import signing
from marketplace_core.desk import Desk

PHONE = text("SELECT phone FROM address WHERE person_id = :id LIMIT 1")
Who = Callable[[str], UUID]
Deed = Callable[[Desk, Who, Mapping[str, str]], Awaitable[None]]


async def _is_agent(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    me = who(said["who"])
    await accounts.add_role(desk, me, said["role"])
    phone = (await desk.db.execute(PHONE, {"id": me})).scalar_one()
    if said["pin"]:
        await signing.set_pin(desk, phone=phone, pin=said["pin"])


async def _acts_for(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    agent, person = who(said["who"]), who(said["whom"])
    await acting.ask_to_act(desk, actor_id=agent, person_id=person, kind="agent")
    await acting.agree_to_act(desk, by_id=person, actor_id=agent, person_id=person)


DEEDS: Mapping[str, Deed] = {
    r"(?P<who>\w+) is a (?P<role>field_agent|delivery_agent|buyer)(?: with PIN (?P<pin>\d{4}))?": _is_agent,
    r"(?P<who>\w+) acts for (?P<whom>\w+)": _acts_for,
}
