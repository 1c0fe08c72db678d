"""My profile, and the doors that are not mine."""

from tests.marketplace_core.api.conftest import Town


async def test_a_newcomer_becomes_a_member_by_name_and_place(town: Town) -> None:
    me = await town.sign_in("+919800000077")
    new = (await town.client.get("/me", headers=me)).json()
    assert (new["name"], new["registered"], new["roles"]) == (None, False, [])
    assert new["addresses"] == [{"channel": "sms", "ends_in": "0077", "opted_out": False}]
    change = {"name": "Kulwinder", "language": "pa", "where": {"pincode": "142001"}}
    member = (await town.client.patch("/me", json=change, headers=me)).json()
    assert (member["name"], member["registered"], member["language"]) == ("Kulwinder", True, "pa")
    assert (member["place"]["district"], member["place"]["state"]) == ("Moga", "Punjab")
    assert "+919800000077" not in str(member)


async def test_nobody_gives_themselves_a_role(town: Town, farmer: dict[str, str]) -> None:
    tried = await town.client.patch("/me", json={"roles": ["admin"]}, headers=farmer)
    assert (tried.status_code, tried.json()["error"]["field"]) == (422, "roles")
    assert (await town.client.get("/me", headers=farmer)).json()["roles"] == ["farmer"]


async def test_organisations_are_the_admins(
    town: Town, farmer: dict[str, str], operator: dict[str, str]
) -> None:
    for who in (farmer, operator):
        for said in (
            await town.client.get("/organisations", headers=who),
            await town.client.post("/organisations", json={"name": "Mine"}, headers=who),
        ):
            assert (said.status_code, said.json()["error"]["code"]) == (403, "not_yours")


async def test_places_and_commodities(town: Town, farmer: dict[str, str]) -> None:
    area = (await town.client.get("/places/pincodes/142001", headers=farmer)).json()
    assert (area["district"], area["state"], area["exact"]) == ("Moga", "Punjab", True)
    assert "lat" not in area
    unknown = await town.client.get("/places/pincodes/999999", headers=farmer)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
    residues = (await town.client.get("/commodities?kind=residue", headers=farmer)).json()
    assert "paddy_straw" in {each["id"] for each in residues}
    assert {each["kind"] for each in residues} == {"residue"}
