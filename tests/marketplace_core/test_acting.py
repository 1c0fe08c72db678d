"""Nobody speaks for anybody who did not agree; a family shares a phone without becoming one person."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import acting, commands, profiles
from marketplace_core.accounts import models as t
from marketplace_core.accounts import queries as people
from marketplace_core.accounts.acting import agree_to_act, ask_to_act, end_acting, refuse_to_act
from marketplace_core.accounts.errors import TooManyProfiles, WrongRole
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.accounts.rules import MOST_PROFILES, ROLES
from marketplace_core.accounts.transitions import ACTING_LIFE
from marketplace_core.desk import Desk, open_desk, sit_down
from marketplace_core.errors import BadTerms, Moved, NoSuchPerson, NotFound, NotYours
from marketplace_core.events import claim
from marketplace_core.seed import TENANT
from marketplace_core.tenants import commands as tenants
from tests.conftest import NOW
from tests.marketplace_core.people import buyer, farmer, somebody

PHONE = "+919800000011"


async def agent(desk: Desk) -> UUID:
    own_id = await somebody(desk, "+919800000005", name="Kiran")
    await commands.add_role(desk, own_id, "field_agent")
    return own_id


async def operator(desk: Desk) -> UUID:
    own_id = await somebody(desk, "+919800000006", name="Office")
    await commands.add_role(desk, own_id, "operator")
    return own_id


class TestActing:
    async def test_everybody_acts_for_themselves_and_for_nobody_else(self, desk: Desk) -> None:
        me, other = await farmer(desk), await buyer(desk)
        assert await may_act_for(desk, me, me)
        assert not await may_act_for(desk, me, other)

    async def test_an_agent_acts_from_the_yes_to_the_end_and_only_in_that_direction(self, desk: Desk) -> None:
        kiran, gurpreet = await agent(desk), await farmer(desk)
        who = {"actor_id": kiran, "person_id": gurpreet}
        await ask_to_act(desk, **who, kind="agent")
        assert not await may_act_for(desk, kiran, gurpreet)
        await agree_to_act(desk, by_id=gurpreet, **who)
        assert await may_act_for(desk, kiran, gurpreet)
        assert not await may_act_for(desk, gurpreet, kiran)
        assert [(one.person_id, one.kind, one.state) for one in await people.acts_for(desk, kiran)] == [
            (gurpreet, "agent", "agreed")
        ]
        assert [one.actor_id for one in await people.actors_of(desk, gurpreet)] == [kiran]
        await end_acting(desk, by_id=gurpreet, **who)
        assert not await may_act_for(desk, kiran, gurpreet)
        assert await people.acts_for(desk, kiran) == ()

    async def test_each_step_is_told(self, desk: Desk) -> None:
        kiran, gurpreet = await agent(desk), await farmer(desk)
        who = {"actor_id": kiran, "person_id": gurpreet}
        own_id = await ask_to_act(desk, **who, kind="agent")
        assert await ask_to_act(desk, **who, kind="agent") == own_id
        await agree_to_act(desk, by_id=gurpreet, **who)
        await end_acting(desk, by_id=kiran, **who)
        told = await claim(desk, 10)
        parties = {"agent_id": str(kiran), "person_id": str(gurpreet), "kind": "agent"}
        assert [(each.kind, each.subject, each.about) for each in told] == [
            ("acting.asked", str(own_id), parties | {"actor_id": str(kiran), "by": "agent"}),
            ("acting.agreed", str(own_id), parties | {"actor_id": str(gurpreet), "by": "person"}),
            ("acting.ended", str(own_id), parties | {"actor_id": str(kiran), "by": "agent"}),
        ]
        assert {party for move in ACTING_LIFE.moves for party in move.tells} == {"person", "agent"}

    async def test_nobody_says_yes_for_another_but_the_office_with_a_paper(self, desk: Desk) -> None:
        kiran, gurpreet, asha = await agent(desk), await farmer(desk), await buyer(desk)
        who = {"actor_id": kiran, "person_id": gurpreet}
        await ask_to_act(desk, **who, kind="agent")
        for by in (kiran, asha):
            with pytest.raises(NotYours):
                await agree_to_act(desk, by_id=by, **who)
        with pytest.raises(NotYours):
            await refuse_to_act(desk, by_id=kiran, **who)
        assert not await may_act_for(desk, kiran, gurpreet)
        office = await operator(desk)
        await agree_to_act(desk, by_id=office, **who)
        assert await may_act_for(desk, kiran, gurpreet)
        kept = select(t.acting.c.agreed_by, t.acting.c.moved_by, t.acting.c.agreed_at)
        assert (await desk.db.execute(kept)).one() == (office, "operator", NOW)

    async def test_what_was_refused_or_ended_has_to_be_asked_again(self, desk: Desk) -> None:
        kiran, gurpreet = await agent(desk), await farmer(desk)
        who = {"actor_id": kiran, "person_id": gurpreet}
        with pytest.raises(NotFound):
            await agree_to_act(desk, by_id=gurpreet, **who)
        first = await ask_to_act(desk, **who, kind="agent")
        await refuse_to_act(desk, by_id=gurpreet, **who)
        with pytest.raises(NotFound):
            await agree_to_act(desk, by_id=gurpreet, **who)
        assert await ask_to_act(desk, **who, kind="agent") != first
        await agree_to_act(desk, by_id=gurpreet, **who)
        with pytest.raises(Moved):
            await agree_to_act(desk, by_id=gurpreet, **who)
        with pytest.raises(Moved):
            await refuse_to_act(desk, by_id=gurpreet, **who)
        assert await may_act_for(desk, kiran, gurpreet)

    async def test_who_may_ask_for_what(self, desk: Desk) -> None:
        kiran, gurpreet, asha = await agent(desk), await farmer(desk), await buyer(desk)
        for kind in ("agent", "organisation"):
            with pytest.raises(WrongRole):
                await ask_to_act(desk, actor_id=asha, person_id=gurpreet, kind=kind)
        with pytest.raises(WrongRole):
            await ask_to_act(desk, actor_id=kiran, person_id=gurpreet, kind="organisation")
        with pytest.raises(BadTerms):
            await ask_to_act(desk, actor_id=kiran, person_id=gurpreet, kind="king")  # type: ignore[arg-type]
        with pytest.raises(BadTerms):
            await ask_to_act(desk, actor_id=kiran, person_id=kiran, kind="agent")
        for actor, person in ((uuid4(), gurpreet), (kiran, uuid4())):
            with pytest.raises(NoSuchPerson):
                await ask_to_act(desk, actor_id=actor, person_id=person, kind="agent")
        assert await claim(desk, 10) == []
        await ask_to_act(desk, actor_id=asha, person_id=gurpreet, kind="family")

    async def test_a_yes_at_one_tenant_is_none_at_another(self, desk: Desk) -> None:
        kiran, gurpreet = await agent(desk), await farmer(desk)
        await ask_to_act(desk, actor_id=kiran, person_id=gurpreet, kind="agent")
        await agree_to_act(desk, by_id=gurpreet, actor_id=kiran, person_id=gurpreet)
        elsewhere = await sit_down(desk.db, await tenants.add(desk.db, "elsewhere"), NOW)
        assert not await may_act_for(elsewhere, kiran, gurpreet)
        with pytest.raises(NoSuchPerson):
            await ask_to_act(elsewhere, actor_id=kiran, person_id=gurpreet, kind="agent")

    async def test_asking_many_times_at_once_is_asking_once(self, engine: AsyncEngine, clean: None) -> None:
        async with open_desk(engine, TENANT, NOW) as desk:
            kiran, gurpreet = await agent(desk), await farmer(desk)
        ready = asyncio.Barrier(4)

        async def ask() -> UUID:
            async with open_desk(engine, TENANT, NOW) as desk:
                await ready.wait()
                return await ask_to_act(desk, actor_id=kiran, person_id=gurpreet, kind="agent")

        assert len(set(await asyncio.gather(*(ask() for _ in range(4))))) == 1

    async def test_without_taking_turns_all_but_one_would_stumble(
        self, engine: AsyncEngine, clean: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The negative control: everybody looks before anybody writes."""
        async with open_desk(engine, TENANT, NOW) as desk:
            kiran, gurpreet = await agent(desk), await farmer(desk)
        looked = asyncio.Barrier(2)

        async def nobody_waits(*_: object) -> None:
            return None

        async def look_and_wait(*_: object) -> None:
            await looked.wait()

        monkeypatch.setattr(acting, "take_turns", nobody_waits)
        monkeypatch.setattr(acting, "_open", look_and_wait)

        async def ask() -> UUID:
            async with open_desk(engine, TENANT, NOW) as desk:
                return await ask_to_act(desk, actor_id=kiran, person_id=gurpreet, kind="agent")

        answers = await asyncio.gather(ask(), ask(), return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["IntegrityError", "UUID"]


class TestFamilyPhone:
    async def test_a_new_profile_speaks_from_now_on_and_the_first_can_take_over_again(
        self, desk: Desk
    ) -> None:
        first = await commands.reach(desk, channel="sms", value=PHONE, phone=PHONE)
        await commands.set_language(desk, first.person.id, language="pa", script="native")
        sister = await profiles.add_profile(desk, first.address_id, name=" Simran ")
        assert (sister.name, sister.language, sister.registered) == ("Simran", "pa", False)
        assert (await commands.reach(desk, channel="sms", value=PHONE, phone=PHONE)).person.id == sister.id
        both = [each.id for each in await profiles.profiles(desk, first.address_id)]
        assert both == [first.person.id, sister.id]
        await profiles.choose_profile(desk, first.address_id, first.person.id)
        again = await commands.reach(desk, channel="sms", value=PHONE, phone=PHONE)
        assert again.person.id == first.person.id
        assert [each.id for each in await profiles.profiles(desk, first.address_id)] == both

    async def test_everybody_at_the_phone_is_reached_there_also_while_another_speaks(
        self, desk: Desk
    ) -> None:
        first = await commands.reach(desk, channel="sms", value=PHONE, phone=PHONE)
        sister = await profiles.add_profile(desk, first.address_id, name="Simran")
        for person_id in (first.person.id, sister.id):
            assert [each.value for each in await people.addresses(desk, person_id)] == [PHONE]

    async def test_the_family_is_there_on_every_channel_of_the_phone_and_nowhere_else(
        self, desk: Desk
    ) -> None:
        sms = await commands.reach(desk, channel="sms", value=PHONE, phone=PHONE)
        sister = await profiles.add_profile(desk, sms.address_id, name="Simran")
        whatsapp = await commands.reach(desk, channel="whatsapp", value=f"whatsapp:{PHONE}", phone=PHONE)
        stranger = await commands.reach(desk, channel="sms", value="+919800000012", phone="+919800000012")
        family = {sms.person.id, sister.id}
        assert {each.id for each in await profiles.profiles(desk, whatsapp.address_id)} == family
        assert [each.id for each in await profiles.profiles(desk, stranger.address_id)] == [
            stranger.person.id
        ]
        await profiles.choose_profile(desk, whatsapp.address_id, sms.person.id)
        heard = await commands.reach(desk, channel="sms", value=PHONE, phone=PHONE)
        assert heard.person.id == sister.id  # the other channel stays with whoever spoke there
        with pytest.raises(NotFound):
            await profiles.choose_profile(desk, stranger.address_id, sister.id)

    async def test_a_whatsapp_id_that_hides_its_phone_has_profiles_of_its_own(self, desk: Desk) -> None:
        hidden = await commands.reach(desk, channel="whatsapp", value="whatsapp:IN.1", phone=None)
        other = await commands.reach(desk, channel="whatsapp", value="whatsapp:IN.2", phone=None)
        await profiles.add_profile(desk, hidden.address_id, name="Simran")
        assert len(await profiles.profiles(desk, hidden.address_id)) == 2
        assert len(await profiles.profiles(desk, other.address_id)) == 1

    async def test_a_family_is_not_a_village_and_nobody_is_nameless(self, desk: Desk) -> None:
        first = await commands.reach(desk, channel="sms", value=PHONE, phone=PHONE)
        with pytest.raises(BadTerms):
            await profiles.add_profile(desk, first.address_id, name="  ")
        with pytest.raises(NotFound):
            await profiles.add_profile(desk, uuid4(), name="Simran")
        for n in range(MOST_PROFILES - 1):
            await profiles.add_profile(desk, first.address_id, name=f"Child {n}")
        with pytest.raises(TooManyProfiles):
            await profiles.add_profile(desk, first.address_id, name="One more")
        assert len(await profiles.profiles(desk, first.address_id)) == MOST_PROFILES
        counted = select(func.count()).select_from(t.person)
        assert (await desk.db.execute(counted)).scalar_one() == MOST_PROFILES


class TestRoles:
    async def test_there_are_seven_and_no_eighth(self, desk: Desk) -> None:
        me = await farmer(desk)
        for role in ROLES:
            person = await commands.add_role(desk, me, role)
        assert person.roles == (
            "farmer", "buyer", "aggregator", "field_agent", "delivery_agent", "operator", "admin",
        )  # fmt: skip
        with pytest.raises(BadTerms):
            await commands.add_role(desk, me, "king")
        with pytest.raises(IntegrityError, match="ck_person_roles"):
            await desk.db.execute(
                insert(t.person).values(tenant_id=TENANT, created_at=NOW, roles=["farmer", "king"])
            )
