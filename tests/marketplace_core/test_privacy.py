"""What we know about somebody: agreed to, shown, corrected by time, forgotten."""

import json
import logging
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from marketplace_core import events
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.agents import asking, deeds, signing
from marketplace_core.alerts import commands as alerts
from marketplace_core.alerts import queries as watched
from marketplace_core.audit import commands as audit
from marketplace_core.audit.verify import verify
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import Moved, NoSuchPerson, NotYours, Refused
from marketplace_core.ledger import commands as ledger
from marketplace_core.listings import commands as listings
from marketplace_core.listings import queries as shelf
from marketplace_core.offers import commands as offers
from marketplace_core.offers import queries as board
from marketplace_core.privacy import commands as privacy
from marketplace_core.privacy import queries
from marketplace_core.privacy.errors import NoConsent, NotAsked
from marketplace_core.privacy.files import delete_files
from marketplace_core.privacy.registry import OFFICE_ACTS, PERSONAL
from marketplace_core.privacy.retention import RETENTION, sweep
from marketplace_core.seed import TENANT
from marketplace_core.spreading import spread
from marketplace_core.webhooks import commands as webhooks
from marketplace_core.wishes import commands as wishes
from marketplace_core.wishes import queries as wished
from tests.conftest import NOW
from tests.marketplace_core.people import MOGA, book_as_shown, buyer, straw

NAME, PHONE = "Zorawarpreet", "+919812399999"
#: What identifies our farmer, in the forms in which a table could hold it.
TRACES = (NAME, PHONE, PHONE[1:], "wa.zora", "हमारा ज़ोरावर", "75.16685", "photo-of-zora", "moga-house")

PEOPLES_COLUMNS = text("""
    SELECT DISTINCT source.relname AS table, attribute.attname AS column
    FROM pg_constraint key
    JOIN pg_class source ON source.oid = key.conrelid AND NOT source.relispartition
    JOIN pg_class target ON target.oid = key.confrelid AND target.relname = 'person'
    JOIN pg_attribute attribute ON attribute.attrelid = source.oid AND attribute.attnum = ANY (key.conkey)
    WHERE key.contype = 'f' AND attribute.attname <> 'tenant_id'
    UNION
    SELECT class.relname, attribute.attname
    FROM pg_attribute attribute JOIN pg_class class ON class.oid = attribute.attrelid
    WHERE class.relkind IN ('r', 'p') AND NOT class.relispartition AND class.relnamespace = 'public'::regnamespace
      AND attribute.atttypid = 'uuid'::regtype AND attribute.attnum > 0
      AND attribute.attname ~ '(^|_)(person|seller|buyer|farmer|agent|driver|actor|owner|payer|rater|rated|by)(_id)?$'
""")
FENCED = text("""
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relrowsecurity
    ORDER BY relname
""")


async def zora(desk: Desk) -> UUID:
    reached = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    await accounts.reach(desk, channel="whatsapp", value="wa.zora", phone=PHONE)
    await accounts.register(desk, reached.person.id, name=NAME, place=MOGA)
    await accounts.give_consent(
        desk, reached.person.id, purpose="terms", language="pa", wording="ਮੈਂ ਸਹਿਮਤ ਹਾਂ", channel="sms"
    )
    return reached.person.id


async def office(desk: Desk) -> UUID:
    reached = await accounts.reach(desk, channel="sms", value="+919800000777", phone="+919800000777")
    await accounts.add_role(desk, reached.person.id, "operator")
    return reached.person.id


async def with_a_life(desk: Desk) -> UUID:
    """Somebody who has left something in many rooms, and no open business."""
    me, other = await zora(desk), await buyer(desk)
    lot = await straw(desk, me)
    agreed = await book_as_shown(desk, buyer_id=other, code=lot.code, kg=5_000)
    await desk.db.execute(
        text("UPDATE booking SET state = 'completed', why = :why WHERE id = :id"),
        {"id": agreed.id, "why": NAME},
    )
    await desk.db.execute(text("UPDATE offer SET state = 'accepted'"))
    await audit.note(
        desk,
        actor_id=None,
        action="kyc.decided",
        subject="K1",
        facts={},
        personal={"name": NAME},
        person_id=me,
    )
    await webhooks.add(desk, actor_id=me, url="https://partner.example/zora?name=Zorawarpreet")
    await alerts.wait_for_price(
        desk, person_id=me, commodity="wheat", way="above", price_paise=250_000, per="quintal", place=MOGA
    )
    helper = await agent(desk)
    line = f"REG {PHONE} {NAME}"
    terms = {"name": NAME, "place": MOGA.to_json()}
    asked = await asking.ask(desk, agent_id=helper, person_id=me, kind="reg", terms=terms)
    undo = {"how": "ask", "id": str(asked.id)}
    await deeds.write(desk, agent_id=helper, code="REG", line=line, subject="", person_id=me, undo=undo)
    await accounts.add_role(desk, me, "field_agent")
    await signing.set_pin(desk, phone=PHONE, pin="4821")
    (address, *_) = await people.addresses(desk, me)
    await signing.sign_in(desk, agent_id=me, address_id=address.id, pin="4821")
    bound = {"person": me, "now": desk.now, "name": NAME, "phone": PHONE, "tenant": TENANT}
    for statement in (
        "INSERT INTO talk (tenant_id, offer_id, writer_id, reader_id, words, language, at) "
        "SELECT tenant_id, id, cast(:person AS uuid), buyer_id, cast(:name AS text), 'pa', created_at FROM offer",
        "INSERT INTO kept_question (tenant_id, person_id, intent, words, language, asked_at) "
        "VALUES (:tenant, :person, 'subsidy', :name, 'pa', :now)",
        "INSERT INTO handover (tenant_id, person_id, channel, address, summary, at) "
        "VALUES (:tenant, :person, 'sms', :phone, jsonb_build_array(cast(:name AS text)), :now)",
        "INSERT INTO conversation (tenant_id, person_id, state, updated_at) "
        "VALUES (:tenant, :person, jsonb_build_object('said', cast(:name AS text)), :now)",
        "INSERT INTO message (tenant_id, at, person_id, channel, direction, body) "
        "VALUES (:tenant, :now, :person, 'sms', 'in', '\"हमारा ज़ोरावर\"')",
        "INSERT INTO inbound VALUES (:tenant, 'twilio', 'SM1', :person, :name, :now)",
        "INSERT INTO waiting (tenant_id, carrier, carrier_id, channel, sender, inbound, at) "
        "VALUES (:tenant, 'twilio', 'SM2', 'sms', :phone, jsonb_build_object('text', cast(:name AS text)), :now)",
        "INSERT INTO outbox (tenant_id, send_key, person_id, channel, recipient, outgoing, due_at, created_at) "
        "VALUES (:tenant, 'k', :person, 'sms', :phone, '{}', :now, :now)",
        "INSERT INTO media (tenant_id, person_id, url, content_type, key, at) "
        "VALUES (:tenant, :person, 'https://x.example/photo-of-zora', 'image/jpeg', 'aa/photo-of-zora.jpg', :now)",
        "INSERT INTO kyc_document (tenant_id, person_id, kind, media_key, added_at) "
        "VALUES (:tenant, :person, 'pan', 'bb/photo-of-zora.jpg', :now)",
        "INSERT INTO photo (tenant_id, id, person_id, key, sha256, likeness, at) "
        "VALUES (:tenant, :person, :person, 'cc/photo-of-zora.jpg', repeat('a', 64), '', :now)",
        "INSERT INTO photo_print VALUES (:person, repeat('1', 256)::bit(256), '{}')",
        "INSERT INTO payout_destination (tenant_id, person_id, kind, shown, key_id, sealed, blind_index, named_at) "
        "VALUES (:tenant, :person, 'upi', :name, 'k1', convert_to(:name, 'UTF8'), '\\x00', :now)",
    ):
        used = {name: value for name, value in bound.items() if f":{name}" in statement}
        await desk.db.execute(text(statement), used)
    await spread(desk)
    return me


async def agent(desk: Desk) -> UUID:
    reached = await accounts.reach(desk, channel="sms", value="+919800000778", phone="+919800000778")
    await accounts.add_role(desk, reached.person.id, "field_agent")
    return reached.person.id


async def traces(desk: Desk) -> list[tuple[str, str]]:
    """Every table in which something of the farmer can still be read; the list of files to delete goes with them."""
    found = []
    for table in set((await desk.db.execute(FENCED)).scalars()) - {"erased_file"}:
        for trace in TRACES:
            there = await desk.db.execute(
                text(
                    f"SELECT EXISTS (SELECT FROM {table} t WHERE t::text LIKE :like "
                    "OR encode(convert_to(t::text, 'UTF8'), 'escape') LIKE :like OR t::text LIKE :hex)"
                ),
                {"like": f"%{trace}%", "hex": f"%{trace.encode().hex()}%"},
            )
            if there.scalar_one():
                found.append((table, trace))
    return found


async def forgotten(desk: Desk, person_id: UUID) -> Desk:
    """Asked today, warned after 88 days, erased after 90; the desk of that day."""
    await privacy.ask_deletion(desk, person_id, actor_id=person_id)
    warned = Desk(desk.db, desk.tenant, desk.now + timedelta(days=88))
    assert await privacy.erase_due(warned) == 0
    assert await privacy.warn_before_erasing(warned) == 1
    return Desk(desk.db, desk.tenant, desk.now + timedelta(days=90))


# the registry


async def test_every_table_that_names_a_person_has_a_line_in_the_registry(desk: Desk) -> None:
    known = {each.table: each for each in PERSONAL}
    missing = []
    for table, column in (await desk.db.execute(PEOPLES_COLUMNS)).all():
        line = known.get(table)
        said = f"{line.whose} {line.acted}".split() if line else []
        if column not in said and (table, column) not in OFFICE_ACTS:
            missing.append(f"{table}.{column}")
    assert missing == [], "add a line for each to marketplace_core/privacy/registry.py"


async def test_every_line_of_the_registry_speaks_of_what_is_there(desk: Desk) -> None:
    columns = (
        await desk.db.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            )
        )
    ).all()
    there = {tuple(row) for row in columns}
    for each in PERSONAL:
        for column in f"{each.whose} {each.acted} {each.hidden}".split():
            assert (each.table, column) in there, each.table
    assert len({each.table for each in PERSONAL}) == len(PERSONAL)


# consent


async def test_a_consent_is_withdrawn_and_its_history_stays(desk: Desk) -> None:
    me = await zora(desk)
    later = Desk(desk.db, TENANT, NOW + timedelta(days=1))
    assert await privacy.withdraw_consent(later, me, purpose="terms") == 1
    (kept,) = await queries.consents(desk, me)
    assert (kept.purpose, kept.language, kept.wording) == ("terms", "pa", "ਮੈਂ ਸਹਿਮਤ ਹਾਂ")
    assert (kept.given_at, kept.withdrawn_at) == (NOW, later.now)
    for person_id, purpose in ((me, "terms"), (me, "marketing"), (uuid4(), "terms")):
        with pytest.raises(NoConsent):
            await privacy.withdraw_consent(desk, person_id, purpose=purpose)


async def test_who_takes_back_the_markets_consent_has_nothing_standing_there(desk: Desk) -> None:
    me, other = await zora(desk), await buyer(desk)
    await accounts.give_consent(
        desk, me, purpose="marketplace", language="pa", wording="ਮੈਂ ਸਹਿਮਤ ਹਾਂ", channel="sms"
    )
    mine = [await straw(desk, me, kg=1_000) for _ in range(10)]
    theirs = [await straw(desk, other) for _ in range(2)]
    price = {"kg": 1_000, "price_paise": 20_000, "per": "quintal"}
    named = [await offers.make(desk, buyer_id=me, code=lot.code, **price) for lot in theirs]
    await offers.counter(desk, actor_id=other, code=named[1].code, price_paise=24_000)
    await wishes.make_wish(
        desk, buyer_id=me, commodity="wheat", place=MOGA, km=50, until=NOW + timedelta(days=9)
    )
    await alerts.wait_for_price(
        desk, person_id=me, commodity="wheat", way="above", price_paise=300_000, per="quintal", place=MOGA
    )
    await privacy.withdraw_consent(desk, me, purpose="marketplace")
    assert {(await shelf.by_code(desk, lot.code)).state for lot in mine} == {"cancelled"}
    assert [(await board.by_code(desk, each.code)).state for each in named] == ["withdrawn", "refused"]
    assert (await wished.mine(desk, me), await watched.mine(desk, me)) == ((), ())
    assert not (await people.person(desk, me)).registered
    assert {(await shelf.by_code(desk, lot.code)).state for lot in theirs} == {"active"}


# show me my data


async def test_the_export_holds_everything_and_no_secret(desk: Desk) -> None:
    me = await with_a_life(desk)
    known = await privacy.export(desk, me, actor_id=me)
    data = known["data"]
    assert data["person"][0]["name"] == NAME
    assert {each["value"] for each in data["address"]} == {PHONE, "wa.zora"}
    assert data["consent"][0]["wording"] == "ਮੈਂ ਸਹਿਮਤ ਹਾਂ"
    assert data["message"][0]["body"] == "हमारा ज़ोरावर"
    assert data["media"][0]["key"] == "aa/photo-of-zora.jpg"
    assert {"listing", "booking", "outbox", "conversation", "kyc_document", "webhook_endpoint"} <= set(data)
    said = json.dumps(known)
    for secret in ("sealed", "blind_index", "recognition", "tenant_id", "Asha"):
        assert secret not in said
    assert known["who_looked"] == []
    read = queries.as_text(known)
    assert f"name: {NAME}" in read
    assert "== booking (1)" in read
    assert f"value: {PHONE}" in read


async def test_another_persons_data_is_for_the_office_alone_and_the_look_is_noted(desk: Desk) -> None:
    me, other, clerk = await zora(desk), await buyer(desk), await office(desk)
    with pytest.raises(NotYours):
        await privacy.export(desk, me, actor_id=other)
    await privacy.export(desk, me, actor_id=clerk)
    known = await privacy.export(desk, me, actor_id=me)
    assert known["who_looked"] == [{"at": "2026-11-20T04:30:00+00:00", "what": "export"}]
    with pytest.raises(NoSuchPerson):
        await privacy.export(desk, uuid4(), actor_id=clerk)


# forget me


async def test_ninety_days_later_nothing_of_them_can_be_read_anywhere(desk: Desk) -> None:
    me = await with_a_life(desk)
    assert len({table for table, _ in await traces(desk)}) > 8  # the search finds what is there
    later = await forgotten(desk, me)
    assert await privacy.erase_due(later) == 1
    assert await traces(desk) == []
    gone = await people.person(desk, me)
    assert (gone.name, gone.place, gone.roles) == (None, None, ())
    assert await people.addresses(desk, me) == ()


#: What came with the trade in conversation, beside the older tables.
IN_CONVERSATION = {
    "waiting",
    "talk",
    "kept_question",
    "price_alert",
    "handover",
    "agent_pin",
    "agent_day",
    "agent_ask",
}


async def test_what_they_left_in_conversation_is_gone_or_says_nothing(desk: Desk) -> None:
    me = await with_a_life(desk)
    left = await theirs(desk, me)
    assert IN_CONVERSATION | {"agent_deed"} <= {table for table, rows in left.items() if rows}
    assert await privacy.erase_due(await forgotten(desk, me)) == 1
    left = await theirs(desk, me)
    assert [table for table in IN_CONVERSATION if left[table]] == ["agent_ask"]
    ((state, terms, seal),) = (await desk.db.execute(text("SELECT state, terms, seal FROM agent_ask"))).all()
    assert (state, terms, seal) == ("withdrawn", {}, None)
    assert (await desk.db.execute(text("SELECT digest FROM agent_deed"))).scalars().all() == [b""]


async def theirs(desk: Desk, person_id: UUID) -> dict[str, int]:
    """How many rows each table of the registry still has of them."""
    bound = {"tenant": desk.tenant, "person": person_id}
    counted = {}
    for each in PERSONAL:
        statement = text(f"SELECT count(*) FROM {each.table} t WHERE {each.theirs}")
        names = {name: value for name, value in bound.items() if f":{name}" in each.theirs}
        counted[each.table] = (await desk.db.execute(statement, names)).scalar_one()
    return counted


async def test_an_agents_export_says_nothing_of_whom_they_asked(desk: Desk) -> None:
    me, helper = await zora(desk), await agent(desk)
    terms = {"name": NAME, "place": MOGA.to_json()}
    await asking.ask(desk, agent_id=helper, person_id=me, kind="reg", terms=terms)
    said = json.dumps(await privacy.export(desk, helper, actor_id=helper), ensure_ascii=False)
    assert [trace for trace in TRACES if trace in said] == []
    mine = await privacy.export(desk, me, actor_id=me)
    assert mine["data"]["agent_ask"][0]["terms"]["name"] == NAME


async def test_a_question_of_an_agent_who_is_gone_waits_for_no_answer(desk: Desk) -> None:
    """Asked in their last hours; nothing that they wanted is done any more, and nothing falls over."""
    me, helper = await zora(desk), await agent(desk)
    terms = {"name": NAME, "place": MOGA.to_json()}
    then = await forgotten(desk, helper)
    asked = await asking.ask(then, agent_id=helper, person_id=me, kind="reg", terms=terms)
    assert await privacy.erase_due(then) == 1
    with pytest.raises(Moved):
        await asking.agree(then, ask_id=asked.id, by_id=me)
    state, kept = (await desk.db.execute(text("SELECT state, terms FROM agent_ask"))).one()
    assert (state, kept) == ("withdrawn", terms)


async def test_the_files_are_listed_for_deletion(desk: Desk) -> None:
    me = await with_a_life(desk)
    await privacy.erase_due(await forgotten(desk, me))
    keys = await desk.db.execute(text("SELECT key FROM erased_file ORDER BY key"))
    assert keys.scalars().all() == [f"{shelf}/photo-of-zora.jpg" for shelf in ("aa", "bb", "cc")]
    prints = await desk.db.execute(text("SELECT photo_id FROM photo_print WHERE photo_id = :me"), {"me": me})
    assert prints.first() is None


async def test_business_and_books_stay_valid(desk: Desk) -> None:
    me = await with_a_life(desk)
    account = await ledger.open_account(desk, "farmer", me)
    await audit.seal(desk)
    before = (await desk.db.execute(text("SELECT id, kg, total_paise, state, buyer_id FROM booking"))).all()
    assert await privacy.erase_due(await forgotten(desk, me)) == 1
    after = (await desk.db.execute(text("SELECT id, kg, total_paise, state, buyer_id FROM booking"))).all()
    assert after == before
    owner = await desk.db.execute(text("SELECT owner_id FROM ledger_account WHERE id = :id"), {"id": account})
    assert owner.scalar_one() == me
    await audit.seal(desk)
    said = await verify(desk)
    assert said.broken is None
    assert said.entries >= 3


async def test_the_same_phone_writing_again_is_somebody_new(desk: Desk) -> None:
    me = await with_a_life(desk)
    await privacy.erase_due(await forgotten(desk, me))
    again = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    assert again.new
    assert again.person.id != me


async def test_a_phone_that_a_family_shares_stays_with_the_family(desk: Desk) -> None:
    me, other = await zora(desk), await buyer(desk)
    (shared, *_) = await people.addresses(desk, me)
    for each in (me, other):
        await desk.db.execute(
            text(
                "INSERT INTO profile (tenant_id, address_id, person_id) VALUES (:tenant, :address, :person)"
            ),
            {"tenant": TENANT, "address": shared.id, "person": each},
        )
    assert await privacy.erase_due(await forgotten(desk, me)) == 1
    assert shared.value in {each.value for each in await people.addresses(desk, other)}
    assert await people.addresses(desk, me) == ()
    left = await desk.db.execute(text("SELECT person_id FROM profile"))
    assert left.scalars().all() == [other]


async def missed(desk: Desk, phone: str) -> None:
    """They let it ring, and are to be rung back: nobody has said yet who they are."""
    for kind, status in (("missed", "rejected"), ("back", "planned")):
        await desk.db.execute(
            text(
                "INSERT INTO call (tenant_id, carrier, kind, phone, status, at) "
                "VALUES (:tenant, 'twilio', :kind, :phone, :status, :now)"
            ),
            {"tenant": TENANT, "kind": kind, "phone": phone, "status": status, "now": desk.now},
        )


async def test_missed_calls_are_theirs_by_the_phone_and_nobody_rings_who_is_forgotten(desk: Desk) -> None:
    me, stranger = await zora(desk), "+919812388888"
    for phone in (PHONE, stranger):
        await missed(desk, phone)
    known = await queries.everything(desk, me)
    assert sorted((call["kind"], call["phone"]) for call in known["data"]["call"]) == [
        ("back", PHONE),
        ("missed", PHONE),
    ]
    assert await privacy.erase_due(await forgotten(desk, me)) == 1
    left = await desk.db.execute(text("SELECT phone FROM call"))
    assert left.scalars().all() == [stranger] * 2
    assert await traces(desk) == []


async def test_missed_calls_of_a_phone_that_others_answer_too_stay(desk: Desk) -> None:
    me, other = await zora(desk), await buyer(desk)
    await desk.db.execute(
        text("UPDATE address SET person_id = :other WHERE channel = 'whatsapp' AND phone = :phone"),
        {"other": other, "phone": PHONE},
    )
    await missed(desk, PHONE)
    assert await privacy.erase_due(await forgotten(desk, me)) == 1
    assert (await desk.db.execute(text("SELECT count(*) FROM call"))).scalar_one() == 2


async def test_until_then_it_can_be_undone_and_afterwards_not(desk: Desk) -> None:
    me = await zora(desk)
    asked = await privacy.ask_deletion(desk, me, actor_id=me)
    assert (asked.due_at - NOW, asked.in_the_way) == (timedelta(days=90), ())
    again = await privacy.ask_deletion(Desk(desk.db, TENANT, NOW + timedelta(days=5)), me, actor_id=me)
    assert again.due_at == asked.due_at
    await privacy.undo_deletion(desk, me, actor_id=me)
    assert await queries.deletion(desk, me) is None
    with pytest.raises(NotAsked):
        await privacy.undo_deletion(desk, me, actor_id=me)
    much_later = Desk(desk.db, TENANT, NOW + timedelta(days=400))
    assert await privacy.warn_before_erasing(much_later) == 0
    assert await privacy.erase_due(much_later) == 0
    assert (await people.person(desk, me)).name == NAME


async def test_nobody_else_may_ask_for_it(desk: Desk) -> None:
    me, other = await zora(desk), await buyer(desk)
    for act in (privacy.ask_deletion, privacy.undo_deletion):
        with pytest.raises(NotYours):
            await act(desk, me, actor_id=other)
        with pytest.raises(NoSuchPerson):
            await act(desk, uuid4(), actor_id=me)
    assert await queries.deletion(desk, me) is None


async def test_what_is_for_sale_is_taken_down_when_they_ask(desk: Desk) -> None:
    me = await zora(desk)
    await straw(desk, me)
    asked = await privacy.ask_deletion(desk, me, actor_id=me)
    assert asked.in_the_way == ()
    states = await desk.db.execute(text("SELECT state FROM listing"))
    assert states.scalars().all() == ["cancelled"]


async def test_open_business_keeps_them_until_it_is_closed(desk: Desk) -> None:
    me, other = await zora(desk), await buyer(desk)
    lot = await straw(desk, me)
    await book_as_shown(desk, buyer_id=other, code=lot.code, kg=5_000)
    account = await ledger.open_account(desk, "farmer", me)
    bank = await ledger.open_account(desk, "bank")
    await ledger.transfer(desk, uuid4(), debit=bank, credit=account, paise=50, why="paid in", subject="B1")
    later = await forgotten(desk, me)
    assert await privacy.erase_due(later) == 0
    kept = await desk.db.execute(text("SELECT state, in_the_way FROM deletion"))
    state, in_the_way = kept.one()
    assert (state, sorted(in_the_way)) == ("asked", ["bookings", "money"])
    assert (await people.person(desk, me)).name == NAME
    await desk.db.execute(text("UPDATE booking SET state = 'cancelled'"))
    assert await privacy.erase_due(later) == 0
    await ledger.transfer(desk, uuid4(), debit=account, credit=bank, paise=50, why="paid out", subject="B1")
    assert await privacy.erase_due(later) == 1


async def test_nobody_is_erased_who_was_not_warned_two_days_before(desk: Desk) -> None:
    me = await zora(desk)
    await privacy.ask_deletion(desk, me, actor_id=me)
    late = Desk(desk.db, TENANT, NOW + timedelta(days=95))  # the jobs stood still for a while
    assert (await sweep(late))["people forgotten"] == 0
    assert (await sweep(Desk(desk.db, TENANT, late.now + timedelta(hours=47))))["people forgotten"] == 0
    assert (await sweep(Desk(desk.db, TENANT, late.now + timedelta(hours=48))))["people forgotten"] == 1
    kinds = await desk.db.execute(text("SELECT kind FROM event WHERE kind LIKE 'deletion.%' ORDER BY id"))
    assert kinds.scalars().all() == ["deletion.asked", "deletion.soon", "deletion.erased"]


async def test_a_file_that_is_somebody_elses_too_stays(engine: AsyncEngine, clean: None) -> None:
    removed: list[str] = []

    async def remove(key: str) -> None:
        removed.append(key)

    photo = (
        "INSERT INTO media (tenant_id, person_id, url, content_type, key, at) "
        "VALUES (:tenant, :person, 'x', 'image/jpeg', 'shared.jpg', :now)"
    )
    async with open_desk(engine, TENANT, NOW) as desk:
        other = await buyer(desk)
        for key in ("mine.jpg", "shared.jpg"):
            await desk.db.execute(
                text("INSERT INTO erased_file VALUES (:tenant, :key, :now)"),
                {"tenant": TENANT, "key": key, "now": NOW},
            )
        await desk.db.execute(text(photo), {"tenant": TENANT, "person": other, "now": NOW})
    assert await delete_files(engine, remove, NOW) == 1
    assert removed == ["mine.jpg"]
    assert await delete_files(engine, remove, NOW) == 0


# time


async def test_recordings_are_gone_after_thirty_days_and_photos_are_not(desk: Desk) -> None:
    me = await zora(desk)
    for days, kind, key in (
        (31, "audio/ogg", "old.ogg"),
        (29, "audio/ogg", "new.ogg"),
        (31, "image/jpeg", "a.jpg"),
    ):
        await desk.db.execute(
            text(
                "INSERT INTO media (tenant_id, person_id, url, content_type, key, at) "
                "VALUES (:tenant, :person, 'x', :kind, :key, :at)"
            ),
            {"tenant": TENANT, "person": me, "kind": kind, "key": key, "at": NOW - timedelta(days=days)},
        )
    assert (await sweep(desk))["recordings"] == 1
    left = await desk.db.execute(text("SELECT key FROM media ORDER BY key"))
    assert left.scalars().all() == ["a.jpg", "new.ogg"]
    assert (await desk.db.execute(text("SELECT key FROM erased_file"))).scalars().all() == ["old.ogg"]


async def test_what_nobody_has_heard_for_a_week_is_gone(desk: Desk) -> None:
    for days in (8, 6):
        await desk.db.execute(
            text(
                "INSERT INTO waiting (tenant_id, carrier, carrier_id, channel, sender, inbound, at) "
                "VALUES (:tenant, 'twilio', :id, 'sms', '+919800000779', '{}', :at)"
            ),
            {"tenant": TENANT, "id": f"SM{days}", "at": NOW - timedelta(days=days)},
        )
    assert (await sweep(desk))["messages that nobody has heard"] == 1
    assert (await desk.db.execute(text("SELECT carrier_id FROM waiting"))).scalars().all() == ["SM6"]


async def test_a_round_over_an_empty_house_takes_nothing_away(desk: Desk) -> None:
    gone = await sweep(desk)
    assert {*gone} == {*(each.what for each in RETENTION), "deletions announced", "people forgotten"}
    assert sum(gone.values()) == 0


# logs


async def test_no_line_of_the_log_names_anybody(
    engine: AsyncEngine, clean: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with capture_logs() as lines:
        async with open_desk(engine, TENANT, NOW) as desk:
            me = await with_a_life(desk)
            await privacy.export(desk, me, actor_id=me)
            with pytest.raises(Refused):
                await listings.cancel(desk, seller_id=me, code="L99999")
            await privacy.ask_deletion(desk, me, actor_id=me)
            await events.record(desk, "kyc.decided", "K1", {})
        async with open_desk(engine, TENANT, NOW + timedelta(days=88)) as desk:
            await sweep(desk)
        async with open_desk(engine, TENANT, NOW + timedelta(days=91)) as desk:
            assert (await sweep(desk))["people forgotten"] == 1
    said = json.dumps(
        [lines, [record.getMessage() for record in caplog.records]], ensure_ascii=False, default=str
    )
    assert [trace for trace in TRACES if trace in said] == []


def test_the_search_would_find_a_name_in_the_log() -> None:
    with capture_logs() as lines:
        structlog.get_logger().info("registered", name=NAME)
    assert any(trace in json.dumps(lines) for trace in TRACES)
