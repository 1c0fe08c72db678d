"""One way through each of the other rooms, and who is kept out of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from marketplace_core.desk import open_desk
from marketplace_core.privacy import commands as privacy
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.api.conftest import BUYER, FARMER, Town, settle
from tests.marketplace_core.api.test_listings import PRICE, STRAW

Headers = dict[str, str]


async def my_id(town: Town, who: Headers) -> str:
    own: str = (await town.client.get("/me", headers=who)).json()["id"]
    return own


async def booked(town: Town, farmer: Headers, buyer: Headers) -> str:
    lot = (await town.client.post("/listings", json=STRAW, headers=farmer)).json()["code"]
    booking = await town.client.post(f"/listings/{lot}/book", json=PRICE | {"kg": 5000}, headers=buyer)
    code: str = booking.json()["code"]
    await town.client.post(f"/bookings/{code}/confirm", headers=farmer)
    return code


async def number(town: Town, table: str) -> Any:
    async with open_desk(town.engine, TENANT, NOW) as desk:
        return (await desk.db.execute(text(f"SELECT count(*) FROM {table}"))).scalar()


async def test_a_price_has_its_range_and_its_age(town: Town, buyer: Headers) -> None:
    said = await town.client.get("/pricing/estimate?commodity=wheat&pincode=142001", headers=buyer)
    price = said.json()
    assert said.status_code == 200, said.text
    assert 0 < price["low"] <= price["likely"] <= price["high"]
    assert price["per"] == "quintal" and price["age_days"] >= 0 and price["source"]
    nowhere = await town.client.get("/pricing/estimate?commodity=wheat&pincode=999999", headers=buyer)
    assert (nowhere.status_code, nowhere.json()["error"]["field"]) == (422, "pincode")
    unknown = await town.client.get("/pricing/estimate?commodity=gold_dust", headers=buyer)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")


async def test_a_secret_is_told_once_and_kept_nowhere(town: Town, buyer: Headers) -> None:
    body = {"url": "https://partner.example.org/mandi", "kinds": ["booking.*"]}
    key = {"Idempotency-Key": "w-1"}
    made = await town.client.post("/webhooks", json=body, headers=buyer | key)
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")
    assert await number(town, "idempotency_key") == 0
    listed = await town.client.get("/webhooks", headers=buyer)
    assert [each["url"] for each in listed.json()] == [body["url"]]
    assert made.json()["secret"] not in listed.text
    own = made.json()["id"]
    inside = await town.client.post("/webhooks", json={"url": "https://10.0.0.1/x"}, headers=buyer)
    assert (inside.status_code, inside.json()["error"]["field"]) == (422, "url")
    stranger = await town.sign_in("+919800000003")
    assert (await town.client.get(f"/webhooks/{own}", headers=stranger)).status_code == 404
    assert (await town.client.delete(f"/webhooks/{own}", headers=stranger)).status_code == 404
    off = await town.client.patch(f"/webhooks/{own}", json={"state": "disabled"}, headers=buyer)
    assert off.json()["state"] == "disabled"
    assert (await town.client.delete(f"/webhooks/{own}", headers=buyer)).status_code == 204
    assert (await town.client.get("/webhooks", headers=buyer)).json() == []


async def test_a_wish_finds_its_lot(town: Town, farmer: Headers, buyer: Headers) -> None:
    wish = {
        "commodity": "paddy_straw",
        "where": {"pincode": "142001"},
        "km": 50,
        "until": (NOW + timedelta(days=10)).isoformat(),
    }
    made = await town.client.post("/wishes", json=wish, headers=buyer)
    assert made.status_code == 201, made.text
    lot = (await town.client.post("/listings", json=STRAW, headers=farmer)).json()["code"]
    own = made.json()["id"]
    matches = (await town.client.get(f"/wishes/{own}/matches", headers=buyer)).json()
    assert [each["code"] for each in matches] == [lot]
    assert (await town.client.get(f"/wishes/{own}/matches", headers=farmer)).status_code == 404
    assert (await town.client.delete(f"/wishes/{own}", headers=buyer)).status_code == 200
    assert (await town.client.get("/wishes", headers=buyer)).json() == []


async def test_the_window_shows_every_market_page_by_page(
    town: Town, farmer: Headers, buyer: Headers
) -> None:
    codes = set()
    for kg in (1000, 2000, 3000):
        made = await town.client.post("/listings", json=STRAW | {"kg": kg}, headers=farmer)
        codes.add(made.json()["code"])
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        params = {"limit": 2, "commodity": "paddy_straw"} | ({"cursor": cursor} if cursor else {})
        page = (await town.client.get("/window", params=params, headers=buyer)).json()
        seen += [each["code"] for each in page["items"]]
        cursor = page["next"]
    assert len(seen) == 3 and set(seen) == codes
    near = await town.client.get("/window/near?lat=30.8&lon=75.2&km=50&min_kg=2500", headers=buyer)
    assert [each["kg_left"] for each in near.json()] == [3000]
    assert "seller" not in near.text
    for query in ("cursor=AAAA", "district=Moga", "surprise=1", "limit=101"):
        assert (await town.client.get(f"/window?{query}", headers=buyer)).status_code == 422, query


async def test_money_comes_in_by_hand(town: Town, farmer: Headers, buyer: Headers, operator: Headers) -> None:
    booking = await booked(town, farmer, buyer)
    begun = await town.client.post("/payments", json={"method": "bank", "booking": booking}, headers=buyer)
    assert begun.status_code == 201, begun.text
    payment = begun.json()["payment"]
    # 5 t at 250 rupees a quintal are 12,500 rupees, and two percent
    assert payment["paise"] == 1_275_000
    code = payment["code"]
    claimed = await town.client.post(
        f"/payments/{code}/claim", json={"reference": "UTR12345678"}, headers=buyer
    )
    assert claimed.status_code == 200, claimed.text
    seen = {"reference": "UTR12345678", "paise": 1_275_000}
    assert (await town.client.post(f"/payments/{code}/confirm", json=seen, headers=buyer)).status_code == 403
    assert (await town.client.get(f"/payments/{code}", headers=farmer)).status_code == 404
    queue = (await town.client.get("/payments/to-confirm", headers=operator)).json()
    assert [each["code"] for each in queue] == [code]
    paid = await town.client.post(f"/payments/{code}/confirm", json=seen, headers=operator)
    assert (paid.status_code, paid.json()["state"]) == (200, "paid")
    again = await town.client.post(f"/payments/{code}/confirm", json=seen, headers=operator)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "moved")
    mine = (await town.client.get("/me/account?kind=buyer", headers=buyer)).json()
    assert (mine["balance"]["posted"], mine["balance"]["available"]) == (1_275_000, 0)


async def test_small_lots_become_one_load_and_one_round(town: Town, farmer: Headers, buyer: Headers) -> None:
    client = town.client
    lot = (await client.post("/listings", json=STRAW | {"kg": 4000}, headers=farmer)).json()["code"]
    load = {
        "commodity": "paddy_straw",
        "price_paise": 25_000,
        "per": "quintal",
        "min_kg": 3000,
        "max_kg": 10_000,
        "lat": 30.8,
        "lon": 75.2,
        "radius_km": 50,
        "gather_until": (NOW + timedelta(days=2)).isoformat(),
    }
    batch = await client.post("/batches", json=load, headers=buyer)
    assert batch.status_code == 201, batch.text
    code = batch.json()["code"]
    fitting = (await client.get(f"/batches/{code}/candidates", headers=buyer)).json()
    assert [each["listing"] for each in fitting] == [lot]
    assert (await client.get(f"/batches/{code}/candidates", headers=farmer)).status_code == 403
    early = await client.post(f"/batches/{code}/close", headers=buyer)
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_met")
    joined = await client.post(f"/batches/{code}/lots", json={"listing": lot}, headers=farmer)
    assert (joined.status_code, joined.json()["kg"], joined.json()["lots"]) == (200, 4000, [])
    booked = await client.post(f"/batches/{code}/close", headers=buyer)
    assert booked.status_code == 201, booked.text
    (booking,) = booked.json()

    leaves, until = NOW + timedelta(days=1), NOW + timedelta(days=1, hours=8)
    window = {"window_from": leaves.isoformat(), "window_to": until.isoformat()}
    agreed = await client.put(f"/bookings/{booking['code']}/pickup", json=window, headers=buyer)
    assert agreed.status_code == 200, agreed.text
    trucks = {"lat": 30.9, "lon": 75.85, "trucks": 1, "truck_kg": 9000}
    way = trucks | {"leaves": leaves.isoformat(), "window_to": until.isoformat()}
    planned = await client.post("/routes", json=way, headers=buyer)
    assert planned.status_code == 200, planned.text
    (route,) = planned.json()["routes"]
    assert [(each["booking"], each["kg"]) for each in route["visits"]] == [(booking["code"], 4000)]
    ages_ago = way | {"leaves": "0001-01-01T00:00:00Z"}
    assert (await client.post("/routes", json=ages_ago, headers=buyer)).status_code == 422


async def test_where_money_goes_is_shown_by_its_end(town: Town, farmer: Headers) -> None:
    account = {"account": "123456789012", "ifsc": "SBIN0001234"}
    named = await town.client.put("/me/destination", json=account, headers=farmer)
    assert named.status_code == 200, named.text
    assert (named.json()["shown"], named.json()["usable"]) == ("9012", False)
    assert "123456789012" not in (await town.client.get("/me/destination", headers=farmer)).text
    both = await town.client.put("/me/destination", json=account | {"vpa": "a@upi"}, headers=farmer)
    assert both.status_code == 422
    empty = await town.client.post("/payouts", json={}, headers=farmer)
    assert (empty.status_code, empty.json()["error"]["code"]) == (409, "nothing_to_send")


async def test_people_and_roles_are_for_those_in_charge(
    town: Town, farmer: Headers, operator: Headers
) -> None:
    await settle(town, "+919800000008", "Head", "admin")
    admin = await town.sign_in("+919800000008")
    somebody = await my_id(town, farmer)
    assert (await town.client.get(f"/people/{somebody}", headers=farmer)).status_code == 403
    seen = await town.client.get(f"/people/{somebody}", headers=operator)
    assert (seen.json()["name"], "98000" in seen.text) == ("Gurpreet", False)
    role = f"/people/{somebody}/roles/field_agent"
    assert (await town.client.put(role, headers=operator)).status_code == 403
    assert "field_agent" in (await town.client.put(role, headers=admin)).json()["roles"]
    own = await my_id(town, admin)
    assert (await town.client.put(f"/people/{own}/roles/operator", headers=admin)).status_code == 403
    assert (await town.client.put(f"/people/{somebody}/roles/king", headers=admin)).status_code == 422
    assert await number(town, "audit_entry") >= 2


async def test_an_agent_sells_for_a_farmer_who_said_yes(town: Town, farmer: Headers) -> None:
    await settle(town, "+919800000007", "Kiran", "field_agent")
    agent = await town.sign_in("+919800000007")
    person = await my_id(town, farmer)
    lot = STRAW | {"for_person": person}
    early = await town.client.post("/listings", json=lot, headers=agent)
    assert (early.status_code, early.json()["error"]["code"]) == (403, "not_yours")
    asked = await town.client.post(f"/people/{person}/acting", json={"kind": "agent"}, headers=agent)
    assert asked.status_code == 202, asked.text
    assert (await town.client.post("/listings", json=lot, headers=agent)).status_code == 403
    yes = await town.client.put(f"/me/actors/{await my_id(town, agent)}", json={"yes": True}, headers=farmer)
    assert yes.status_code == 200, yes.text
    made = await town.client.post("/listings", json=lot, headers=agent)
    assert made.status_code == 201, made.text
    mine = (await town.client.get("/listings/mine", headers=farmer)).json()["items"]
    assert [each["code"] for each in mine] == [made.json()["code"]]
    ended = await town.client.delete(f"/me/actors/{await my_id(town, agent)}", headers=farmer)
    assert ended.status_code == 204
    assert (await town.client.post("/listings", json=lot, headers=agent)).status_code == 403


async def test_who_is_forgotten_is_out_and_their_deals_stay(
    town: Town, farmer: Headers, buyer: Headers
) -> None:
    code = await booked(town, farmer, buyer)
    await town.client.post(f"/bookings/{code}/cancel", json={"why": "rain"}, headers=buyer)
    known = await town.client.get("/me/data", headers=farmer)
    assert "Gurpreet" in known.text
    asked = await town.client.post("/me/deletion", headers=farmer)
    assert asked.status_code == 202, asked.text
    assert UUID(await my_id(town, farmer))
    for days in (89, 92):
        async with open_desk(town.engine, TENANT, NOW + timedelta(days=days)) as desk:
            await privacy.warn_before_erasing(desk)
            await privacy.erase_due(desk)
    assert (await town.client.get("/me", headers=farmer)).status_code == 401
    seen = await town.client.get(f"/bookings/{code}", headers=buyer)
    assert (seen.status_code, seen.json()["seller_name"]) == (200, None)
    tried = await town.client.post(f"/bookings/{code}/confirm", headers=buyer)
    assert tried.status_code in (403, 409)
    assert FARMER not in seen.text and BUYER not in seen.text
