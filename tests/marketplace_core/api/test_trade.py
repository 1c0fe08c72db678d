"""A lot is haggled over, booked once, and what is another's stays another's."""

import asyncio
from typing import Any

import psycopg

from tests.marketplace_core.api.conftest import Town
from tests.marketplace_core.api.test_listings import PRICE, STRAW

Headers = dict[str, str]


async def lot(town: Town, farmer: Headers, **terms: Any) -> str:
    made = await town.client.post("/listings", json=STRAW | terms, headers=farmer)
    assert made.status_code == 201, made.text
    code: str = made.json()["code"]
    return code


async def test_a_price_with_zeros_too_many_is_asked_back(town: Town, farmer: Headers) -> None:
    slip = STRAW | {"price_paise": 2_500_000}
    asked = await town.client.post("/listings", json=slip, headers=farmer)
    error = asked.json()["error"]
    assert (asked.status_code, error["code"], error["field"]) == (409, "price_looks_wrong", "price_paise")
    assert error["details"] == {"suggestions": [25_000, 250_000]}
    assert (await town.client.get("/listings/mine", headers=farmer)).json()["items"] == []
    meant = await town.client.post("/listings", json=slip | {"sure": True}, headers=farmer)
    assert (meant.status_code, meant.json()["price_paise"]) == (201, 2_500_000)


async def test_two_buyers_never_get_the_same_tonne(town: Town, farmer: Headers, buyer: Headers) -> None:
    code = await lot(town, farmer, kg=1000)
    other = await town.sign_in("+919800000003")
    said = await asyncio.gather(
        *(
            town.client.post(f"/listings/{code}/book", json=PRICE | {"kg": 1000}, headers=who)
            for who in (buyer, other, buyer, other)
        )
    )
    assert sorted(each.status_code for each in said) == [201, 409, 409, 409]
    refused = {each.json()["error"]["code"] for each in said if each.status_code == 409}
    assert refused <= {"listing_gone", "not_enough_left"}
    left = (await town.client.get(f"/listings/{code}", headers=buyer)).json()
    assert (left["kg_left"], left["state"]) == (0, "booked")


async def test_haggling_ends_in_a_booking_with_its_bill(town: Town, farmer: Headers, buyer: Headers) -> None:
    client, code = town.client, await lot(town, farmer)
    terms = {"kg": 5000, "price_paise": 22_000, "per": "quintal", "note": "good straw?"}
    shown = (await client.get(f"/listings/{code}", headers=buyer)).json()
    saw = {name: shown[name] for name in ("price_paise", "per", "grade")}
    graded = await client.post(
        f"/listings/{code}/offers", json=terms | {"seen": saw | {"grade": "A"}}, headers=buyer
    )
    assert (graded.status_code, graded.json()["error"]["code"]) == (409, "lot_changed")
    terms["seen"] = saw
    offer = (await client.post(f"/listings/{code}/offers", json=terms, headers=buyer)).json()
    assert offer["turn"] == "seller"
    mine = (await client.get("/offers", headers=buyer)).json()
    assert [each["code"] for each in mine["items"]] == [offer["code"]]
    waiting = (await client.get("/offers/waiting", headers=farmer)).json()
    assert [each["code"] for each in waiting] == [offer["code"]]

    raised = await client.post(
        f"/offers/{offer['code']}/counter", json={"price_paise": 24_000}, headers=farmer
    )
    assert (raised.status_code, raised.json()["turn"]) == (200, "buyer")
    early = await client.post(f"/offers/{offer['code']}/accept", headers=farmer)
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_met")
    booked = await client.post(f"/offers/{offer['code']}/accept", headers=buyer)
    assert (booked.status_code, booked.json()["state"]) == (201, "confirmed")
    told = (await client.get(f"/offers/{offer['code']}", headers=buyer)).json()
    assert [each["price_paise"] for each in told["steps"]] == [22_000, 24_000]

    own = booked.json()["code"]
    bill = (await client.get(f"/bookings/{own}/bill", headers=farmer)).json()
    # 5 t at 240 rupees a quintal are 12,000 rupees; the market's two percent are the buyer's
    assert (bill["farmer_gets"], bill["buyer_pays"]) == (1_200_000, 1_224_000)
    assert (await client.get(f"/bookings/{own}/pickup-code", headers=buyer)).status_code == 403
    shown = (await client.get(f"/bookings/{own}/pickup-code", headers=farmer)).json()
    assert shown["pickup_code"].isdigit()
    assert (await client.get(f"/listings/{code}", headers=buyer)).json()["kg_left"] == 7000


async def test_a_booking_is_for_those_who_have_a_part_in_it(
    town: Town, farmer: Headers, buyer: Headers, operator: Headers
) -> None:
    code = await lot(town, farmer)
    booked = await town.client.post(f"/listings/{code}/book", json=PRICE | {"kg": 1000}, headers=buyer)
    own = booked.json()["code"]
    stranger = await town.sign_in("+919800000003")
    for path in (f"/bookings/{own}", f"/bookings/{own}/bill", f"/bookings/{own}/pickup"):
        assert (await town.client.get(path, headers=stranger)).status_code == 403
        assert (await town.client.get(path, headers=operator)).status_code == 200
    tried = await town.client.post(f"/bookings/{own}/confirm", headers=stranger)
    assert tried.status_code == 403
    assert (await town.client.post(f"/bookings/{own}/confirm", headers=buyer)).status_code == 403
    done = await town.client.post(f"/bookings/{own}/confirm", headers=farmer)
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    again = await town.client.post(f"/bookings/{own}/confirm", headers=farmer)
    assert (again.status_code, again.json()["error"]["details"]) == (
        409,
        {"what": "booking", "state": "confirmed"},
    )


async def test_another_markets_things_are_not_there(
    town: Town, farmer: Headers, buyer: Headers, owner_url: str
) -> None:
    code = await lot(town, farmer)
    booked = await town.client.post(f"/listings/{code}/book", json=PRICE | {"kg": 1000}, headers=buyer)
    own = booked.json()["code"]
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("INSERT INTO tenant (id, name) VALUES (99, 'Next door')")
    phone = {"phone": "+919800000001"}  # the same farmer is a stranger in the other market
    town.later(minutes=1)
    await town.client.post("/auth/otp", json=phone, headers={"X-Tenant": "99"})
    given = await town.client.post(
        "/auth/token", json=phone | {"code": town.sms["+919800000001"]}, headers={"X-Tenant": "99"}
    )
    there = {"Authorization": f"Bearer {given.json()['access_token']}"}
    for path in (f"/listings/{code}", f"/bookings/{own}", f"/bookings/{own}/bill"):
        said = await town.client.get(path, headers=there)
        assert (said.status_code, said.json()["error"]["code"]) == (404, "not_found"), path
    assert (
        await town.client.post(f"/listings/{code}/book", json=PRICE | {"kg": 1}, headers=there)
    ).status_code == 409
    assert (await town.client.get("/bookings", headers=there)).json()["items"] == []
    assert (await town.client.get("/me", headers=there)).json()["roles"] == []


async def test_what_is_sold_is_seen_in_the_overview_and_in_the_air(
    town: Town, farmer: Headers, buyer: Headers
) -> None:
    client = town.client
    for rupees, kg in ((200, 4000), (250, 6000), (300, 2000)):
        await lot(town, farmer, price_paise=rupees * 100, kg=kg)
    seen = (await client.get("/analytics/market?commodity=paddy_straw", headers=buyer)).json()
    assert (seen["lots"], seen["tonnes"]) == (3, "12.000")
    assert [(each["state"], each["median_paise"]) for each in seen["states"]] == [("Punjab", 25_000)]
    nothing = (await client.get("/analytics/impact", headers=buyer)).json()
    assert (nothing["tonnes"], nothing["co2e_kg"], nothing["commodities"]) == ("0.000", "0.000", [])
    assert any("IPCC 2006" in each for each in nothing["sources"])
