"""A lot over the API: put up, found, paged through, renewed, taken down."""

from typing import Any

from tests.marketplace_core.api.conftest import Town

STRAW: dict[str, Any] = {
    "commodity": "paddy_straw",
    "kg": 12_000,
    "unit": "t",
    "price_paise": 25_000,
    "per": "quintal",
    "where": {"pincode": "142001"},
    "available_from": "2026-11-25",
}
PRICE = {"price_paise": STRAW["price_paise"], "per": STRAW["per"], "grade": None}


async def test_a_lot_is_put_up_and_seen_by_strangers_to_a_kilometre(
    town: Town, farmer: dict[str, str], buyer: dict[str, str]
) -> None:
    made = await town.client.post("/listings", json=STRAW, headers=farmer)
    assert made.status_code == 201, made.text
    lot = made.json()
    assert (lot["kg_left"], lot["price_paise"], lot["state"], lot["mine"]) == (12_000, 25_000, "active", True)
    seen = (await town.client.get(f"/listings/{lot['code'].lower()}", headers=buyer)).json()
    assert seen["mine"] is False
    assert seen["place"]["lat"] == round(seen["place"]["lat"], 2)
    assert "seller_id" not in made.text
    near = await town.client.get(
        "/listings/near", params={"lat": 30.8, "lon": 75.2, "commodity": "paddy_straw"}, headers=buyer
    )
    assert [each["listing"]["code"] for each in near.json()] == [lot["code"]]
    own = await town.client.get("/listings/near", params={"lat": 30.8, "lon": 75.2}, headers=farmer)
    assert own.json() == []


async def test_a_draft_is_its_sellers_until_it_is_put_up(
    town: Town, farmer: dict[str, str], buyer: dict[str, str]
) -> None:
    draft = (await town.client.post("/listings", json=STRAW | {"draft": True}, headers=farmer)).json()
    assert draft["state"] == "draft"
    path = f"/listings/{draft['code']}"
    assert (await town.client.get(path, headers=farmer)).json()["state"] == "draft"
    assert (await town.client.get(path, headers=buyer)).status_code == 404
    assert (await town.client.post(f"{path}/put-up", headers=buyer)).status_code == 403
    assert (await town.client.post(f"{path}/put-up", headers=farmer)).json()["state"] == "active"
    assert (await town.client.get(path, headers=buyer)).json()["state"] == "active"


async def test_pages_hold_every_lot_once(town: Town, farmer: dict[str, str]) -> None:
    codes = []
    for kg in range(1, 6):
        made = await town.client.post("/listings", json=STRAW | {"kg": kg * 1000}, headers=farmer)
        codes.append(made.json()["code"])
    seen: list[str] = []
    cursor, pages = None, 0
    while cursor or not pages:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await town.client.get("/listings/mine", params=params, headers=farmer)).json()
        seen += [each["code"] for each in page["items"]]
        cursor, pages = page["next"], pages + 1
    assert seen == codes[::-1]
    assert pages == 3


async def test_only_the_seller_renews_and_takes_down(
    town: Town, farmer: dict[str, str], buyer: dict[str, str]
) -> None:
    lot = (await town.client.post("/listings", json=STRAW, headers=farmer)).json()
    for act in ("renew", "cancel"):
        tried = await town.client.post(f"/listings/{lot['code']}/{act}", headers=buyer)
        assert (tried.status_code, tried.json()["error"]["code"]) == (403, "not_yours")
    town.later(days=10)
    farmer = await town.sign_in("+919800000001")
    renewed = (await town.client.post(f"/listings/{lot['code']}/renew", headers=farmer)).json()
    assert renewed["expires_at"] == "2026-12-30T04:30:00Z"
    gone = (await town.client.post(f"/listings/{lot['code']}/cancel", headers=farmer)).json()
    assert gone["state"] == "cancelled"


WRONG: list[tuple[dict[str, Any], int, str, str]] = [
    ({"kg": -5}, 422, "not_valid", "kg"),
    ({"kg": 0}, 422, "not_valid", "kg"),
    ({"kg": 10**7}, 422, "not_valid", "kg"),
    ({"kg": 2**70}, 422, "not_valid", "kg"),
    ({"kg": "12000"}, 422, "not_valid", "kg"),
    ({"kg": 12.5}, 422, "not_valid", "kg"),
    ({"kg": True}, 422, "not_valid", "kg"),
    ({"price_paise": 0}, 422, "not_valid", "price_paise"),
    ({"commodity": "unobtainium"}, 422, "bad_terms", "commodity"),
    ({"commodity": "a\x00b"}, 422, "not_valid", "commodity"),
    ({"per": "bushel"}, 422, "not_valid", "per"),
    ({"where": {"pincode": "999999"}}, 422, "bad_terms", "where.pincode"),
    ({"where": {"pincode": "142001", "village": "Atlantis"}}, 422, "bad_terms", "where.village"),
    ({"where": {"pincode": "142001", "village": "x\x00"}}, 422, "not_valid", "where.village"),
    ({"where": {"lat": 0.0, "lon": 0.0}}, 422, "bad_terms", "where.lat"),
    ({"where": {}}, 422, "bad_terms", "where"),
    ({"available_from": "2026-11-19"}, 422, "bad_terms", "available_from"),
    ({"available_from": "2026-02-30"}, 422, "not_valid", "available_from"),
    ({"seller_id": "somebody"}, 422, "not_valid", "seller_id"),
]


async def test_bad_values_are_named_and_nothing_is_put_up(town: Town, farmer: dict[str, str]) -> None:
    for wrong, status, code, field in WRONG:
        refused = await town.client.post("/listings", json=STRAW | wrong, headers=farmer)
        error = refused.json()["error"]
        assert (refused.status_code, error["code"], error["field"]) == (status, code, field), wrong
    assert (await town.client.get("/listings/mine", headers=farmer)).json() == {"items": [], "next": None}
