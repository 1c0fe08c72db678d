"""What a stranger, a buyer and the office learn at the doors, and what it costs to knock."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.api.envelope import line_of
from marketplace_core.desk import open_desk
from marketplace_core.seed import TENANT
from marketplace_core.settings import MarketSettings
from tests.conftest import NOW
from tests.marketplace_core.api.conftest import FARMER, Town, settle
from tests.marketplace_core.api.test_listings import PRICE, STRAW
from tests.marketplace_core.api.test_rooms import Headers, booked, my_id
from tests.marketplace_core.pictures import file_of, picture


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_all_addresses_of_one_line_count_together(address: str, line: str) -> None:
    assert line_of(address) == line


async def test_no_code_goes_abroad(town: Town) -> None:
    for phone in ("+8821012345678", "+12025550123"):
        said = await town.client.post("/auth/otp", json={"phone": phone})
        assert (said.status_code, said.json()["error"]["field"]) == (422, "phone")
    assert town.sms == {}
    chosen = MarketSettings(_env_file=None, api_codes_to="+91, +977")  # type: ignore[call-arg, arg-type]
    assert chosen.api_codes_to == ("+91", "+977")


async def test_the_exact_place_is_told_with_the_sellers_yes(
    town: Town, farmer: Headers, buyer: Headers
) -> None:
    exact = STRAW | {"where": {"lat": 30.81234, "lon": 75.16789}}
    lot = (await town.client.post("/listings", json=exact, headers=farmer)).json()["code"]
    booking = (
        await town.client.post(f"/listings/{lot}/book", json=PRICE | {"kg": 5000}, headers=buyer)
    ).json()
    code = booking["code"]
    before = [booking, (await town.client.get(f"/bookings/{code}", headers=buyer)).json()]
    before += (await town.client.get("/bookings", headers=buyer)).json()["items"]
    assert len(before) == 3
    for each in before:
        for name in ("lat", "lon"):
            assert each["place"][name] == round(each["place"][name], 2)
    async with open_desk(town.engine, TENANT, NOW) as desk:
        there = (await desk.db.execute(text("SELECT lat, lon FROM listing"))).one()
    assert (round(there.lat, 2), round(there.lon, 2)) != tuple(there)  # or nothing was proven
    await town.client.post(f"/bookings/{code}/confirm", headers=farmer)
    after = (await town.client.get(f"/bookings/{code}", headers=buyer)).json()["place"]
    assert (after["lat"], after["lon"]) == tuple(there)


async def test_the_offices_look_at_a_booking_is_noted_and_the_parties_own_is_not(
    town: Town, farmer: Headers, buyer: Headers, operator: Headers
) -> None:
    code = await booked(town, farmer, buyer)
    looks = text("SELECT subject FROM audit_entry WHERE action = 'person.looked' ORDER BY id")
    for who, noted in ((farmer, 0), (buyer, 0), (operator, 2)):
        assert (await town.client.get(f"/bookings/{code}", headers=who)).status_code == 200
        async with open_desk(town.engine, TENANT, NOW) as desk:
            assert len((await desk.db.execute(looks)).all()) == noted


async def test_a_role_that_is_taken_away_counts_no_more(town: Town, operator: Headers) -> None:
    await settle(town, "+919800000008", "Boss", "admin")
    admin = await town.sign_in("+919800000008")
    own, boss = await my_id(town, operator), await my_id(town, admin)
    assert (await town.client.get("/payments/to-confirm", headers=operator)).status_code == 200
    door = f"/people/{own}/roles/operator"
    assert (await town.client.delete(door, headers=operator)).status_code == 403
    taken = await town.client.delete(door, headers=admin)
    assert (taken.status_code, taken.json()["roles"]) == (200, [])
    assert (await town.client.get("/payments/to-confirm", headers=operator)).status_code == 403
    assert (await town.client.delete(f"/people/{boss}/roles/admin", headers=admin)).status_code == 403


async def test_a_lot_is_estimated_by_what_is_known_of_it(
    town: Town, buyer: Headers, operator: Headers
) -> None:
    reference = {
        "low_paise": 20_000, "likely_paise": 30_000, "high_paise": 40_000,
        "as_of": str(date(2026, 11, 20)), "source": "Telephone round of the office",
    }  # fmt: skip
    door = "/pricing/residue/paddy_straw/Punjab"
    assert (await town.client.put(door, json=reference, headers=buyer)).status_code == 403
    wrong = await town.client.put("/pricing/residue/wheat/Punjab", json=reference, headers=operator)
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "commodity")
    assert (await town.client.put(door, json=reference, headers=operator)).status_code == 204
    asked = "/pricing/estimate?commodity=paddy_straw&pincode=142001"
    plain = (await town.client.get(asked, headers=buyer)).json()
    assert (plain["low"], plain["likely"], plain["high"], plain["lot"]) == (20_000, 30_000, 40_000, None)
    lot = (await town.client.get(f"{asked}&kg=1000&grade=C&km=40", headers=buyer)).json()
    # nine tenths for grade C, then 20 km at half a rupee
    assert (lot["low"], lot["likely"], lot["high"]) == (17_000, 26_000, 35_000)
    assert lot["lot"] == {"low": 170_000, "likely": 260_000, "high": 350_000}
    assert (lot["as_of"], lot["scope"], lot["source"]) == ("2026-11-20", "state", reference["source"])
    assert {"grade", "freight"} <= {each["code"] for each in lot["reasons"]}
    nowhere = await town.client.get("/pricing/estimate?commodity=paddy_straw&grade=A", headers=buyer)
    assert (nowhere.status_code, nowhere.json()["error"]["field"]) == (422, "pincode")
    for query in ("grade=D", "moisture=100", "moisture=nan", "km=-1", "kg=0"):
        assert (await town.client.get(f"{asked}&{query}", headers=buyer)).status_code == 422, query


async def test_signing_in_does_not_move_the_bots_answers_to_sms(town: Town) -> None:
    async with open_desk(town.engine, TENANT, NOW - timedelta(hours=1)) as desk:
        await accounts.reach(desk, channel="sms", value=FARMER, phone=FARMER)
    async with open_desk(town.engine, TENANT, NOW - timedelta(minutes=1)) as desk:
        heard = await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{FARMER}", phone=FARMER)
    me = UUID(await my_id(town, await town.sign_in(FARMER)))
    assert me == heard.person.id
    async with open_desk(town.engine, TENANT, NOW) as desk:
        assert [each.channel for each in await people.addresses(desk, me)] == ["whatsapp", "sms"]


async def test_who_lets_all_events_out_stands_in_the_book(
    town: Town, buyer: Headers, operator: Headers
) -> None:
    out = {"url": "https://partner.example.org/mandi?key=s3cret", "kinds": ["*"]}
    assert (await town.client.post("/webhooks", json=out, headers=buyer)).status_code == 201
    everything = out | {"for_all": True}
    assert (await town.client.post("/webhooks", json=everything, headers=buyer)).status_code == 403
    own = (await town.client.post("/webhooks", json=everything, headers=operator)).json()["id"]
    moved = {"url": "https://elsewhere.example.com/in"}
    assert (await town.client.patch(f"/webhooks/{own}", json=moved, headers=operator)).status_code == 200
    assert (await town.client.post(f"/webhooks/{own}/secret", headers=operator)).status_code == 200
    assert (await town.client.delete(f"/webhooks/{own}", headers=operator)).status_code == 204
    async with open_desk(town.engine, TENANT, NOW) as desk:
        noted = await desk.db.execute(text("SELECT action, subject, facts FROM audit_entry ORDER BY id"))
        book = [tuple(each) for each in noted]
    assert book == [
        ("webhook.added", own, '{"host":"partner.example.org"}'),
        ("webhook.changed", own, '{"host":"elsewhere.example.com"}'),
        ("webhook.secret_changed", own, "{}"),
        ("webhook.removed", own, "{}"),
    ]


async def test_a_new_market_and_its_number_stand_in_the_book(town: Town) -> None:
    await settle(town, "+919800000008", "Boss", "admin")
    admin = await town.sign_in("+919800000008")
    made = await town.client.post("/organisations", json={"name": "Moga FPC"}, headers=admin)
    number = {"channel": "sms", "number": "+911800123456"}
    own = made.json()["id"]
    given = await town.client.post(f"/organisations/{own}/numbers", json=number, headers=admin)
    assert (made.status_code, given.status_code) == (201, 201)
    async with open_desk(town.engine, TENANT, NOW) as desk:
        noted = await desk.db.execute(text("SELECT action, subject FROM audit_entry ORDER BY id"))
        book = [tuple(each) for each in noted]
    assert book == [
        ("organisation.added", f"organisation {own}"),
        ("organisation.number_given", f"organisation {own}"),
    ]


async def photo_of(town: Town, who: Headers, seed: int) -> str:
    sent = await town.client.post(
        "/photos", content=file_of(picture(seed)), headers=who | {"Content-Type": "image/jpeg"}
    )
    own: str = sent.json()["id"]
    return own


async def test_evidence_is_seen_by_both_sides_and_shown_for_sale_by_neither(
    town: Town, farmer: Headers, buyer: Headers
) -> None:
    client = town.client
    stranger = await town.sign_in("+919800000003")
    code = await booked(town, farmer, buyer)
    async with open_desk(town.engine, TENANT, NOW) as desk:
        await desk.db.execute(text("UPDATE booking SET state = 'delivered'"))
    wet, dry = await photo_of(town, buyer, 1), await photo_of(town, farmer, 2)
    quarrel = {"reason": "quality", "said": "half of it is wet"}
    foreign = await client.post(f"/bookings/{code}/dispute", json=quarrel | {"photos": [dry]}, headers=buyer)
    assert (foreign.status_code, foreign.json()["error"]["field"]) == (422, "photos")
    assert (await client.get(f"/photos/{wet}", headers=farmer)).status_code == 404
    told = await client.post(f"/bookings/{code}/dispute", json=quarrel | {"photos": [wet]}, headers=buyer)
    assert told.status_code == 201, told.text
    answer = {"said": "it was dry", "photos": [dry]}
    assert (
        await client.post(f"/bookings/{code}/dispute/answer", json=answer, headers=farmer)
    ).status_code == 200
    for who, seen in ((farmer, 200), (buyer, 200), (stranger, 404)):
        for photo in (wet, dry):
            assert (await client.get(f"/photos/{photo}", headers=who)).status_code == seen
    taken = await client.post("/listings", json=STRAW | {"photos": [wet]}, headers=farmer)
    assert (taken.status_code, taken.json()["error"]["field"]) == (422, "photos")
    assert (await client.get(f"/photos/{wet}", headers=stranger)).status_code == 404
    own = await client.post("/listings", json=STRAW | {"photos": [dry]}, headers=farmer)
    assert own.status_code == 201
    assert (await client.get(f"/photos/{dry}", headers=stranger)).status_code == 200


async def test_a_consent_is_kept_in_the_words_that_were_shown(town: Town, farmer: Headers) -> None:
    words = {"purpose": "service", "language": "pa", "wording": "ਮੈਂ ਸਹਿਮਤ ਹਾਂ।"}
    given = await town.client.post("/me/consents", json=words, headers=farmer)
    assert given.status_code == 201, given.text
    assert words.items() <= given.json().items() and given.json()["channel"] == "api"
    for wrong in ({"purpose": "Service!"}, {"language": "xx"}, {"wording": ""}):
        assert (await town.client.post("/me/consents", json=words | wrong, headers=farmer)).status_code == 422
    taken = await town.client.delete("/me/consents/service", headers=farmer)
    assert taken.json() == {"withdrawn": 1}
    (kept,) = (await town.client.get("/me/consents", headers=farmer)).json()
    assert kept["wording"] == words["wording"] and kept["withdrawn_at"]
