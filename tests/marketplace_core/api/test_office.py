"""Papers, queues and the deeds of the office over the API; who may look, and what a look leaves behind."""

from uuid import UUID, uuid4

from sqlalchemy import text

from marketplace_core.api.envelope import LARGER
from marketplace_core.desk import open_desk
from marketplace_core.escrow import commands as escrow
from marketplace_core.ledger import commands as ledger
from marketplace_core.queues import QUEUES
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.api.conftest import Town, settle
from tests.marketplace_core.api.test_rooms import Headers, booked, my_id, number
from tests.marketplace_core.pictures import file_of, picture

#: Made up; the last digit is the checksum that fits.
AADHAAR, PAN = "2345 6789 0124", "ABCPE1234F"
CARD = file_of(picture(7))


async def show(town: Town, who: Headers, kind: str, number: str | None) -> dict[str, str]:
    form = {"kind": kind} | ({"number": number} if number else {})
    shown = await town.client.post(
        "/me/kyc/papers", data=form, files={"photo": ("card.jpg", CARD, "image/jpeg")}, headers=who
    )
    assert shown.status_code == 201, shown.text
    own: dict[str, str] = shown.json()
    return own


async def looks(town: Town) -> list[str]:
    async with open_desk(town.engine, TENANT, NOW) as desk:
        told = await desk.db.execute(
            text("SELECT facts FROM audit_entry WHERE action = 'person.looked' ORDER BY id")
        )
        return list(told.scalars())


async def test_papers_are_shown_reviewed_and_known(town: Town, farmer: Headers, operator: Headers) -> None:
    client = town.client
    me = await my_id(town, farmer)
    assert (await client.get("/me/kyc", headers=farmer)).status_code == 404
    pan = (await show(town, farmer, "pan", PAN))["id"]
    card = (await show(town, farmer, "aadhaar", AADHAAR))["id"]
    mine = (await client.get("/me/kyc", headers=farmer)).json()
    assert mine["state"] == "asked"
    shown = sorted((each["kind"], each["last_four"]) for each in mine["papers"])
    assert shown == [("aadhaar", "0124"), ("pan", "234F")]
    assert (await client.post("/me/kyc/submit", headers=farmer)).json()["state"] == "submitted"
    (waits,) = (await client.get("/kyc/waiting", headers=operator)).json()
    assert (waits["person_id"], waits["case"]["state"], waits["also_shown_by"]) == (me, "submitted", 0)
    assert PAN not in str(waits)
    assert (await client.post(f"/kyc/{me}/take", headers=operator)).json()["state"] == "in_review"
    photo = await client.get(f"/kyc/papers/{card}/photo", headers=operator)
    assert (photo.status_code, photo.headers["Content-Type"]) == (200, "image/jpeg")
    clear = await client.get(f"/kyc/papers/{pan}/number", headers=operator)
    assert clear.json() == {"number": PAN}
    key = {"Idempotency-Key": "one-guess"}
    for guess, right in ((AADHAAR, True), ("345678901230", False)):
        asked = await client.post(
            f"/kyc/papers/{card}/matches", json={"number": guess}, headers=operator | key
        )
        assert asked.json() == {"matches": right}
    assert await number(town, "idempotency_key") == 0
    assert (await client.get(f"/kyc/papers/{card}/number", headers=operator)).status_code == 404
    assert (await client.post(f"/kyc/{me}/verify", headers=operator)).json()["state"] == "verified"
    assert [PAN in each or "0124" in each for each in await looks(town)] == [False] * 4


async def test_papers_are_nobody_elses(
    town: Town, farmer: Headers, buyer: Headers, operator: Headers
) -> None:
    client, me = town.client, await my_id(town, farmer)
    await settle(town, "+919800000005", "Agent", "field_agent")
    agent = await town.sign_in("+919800000005")
    paper = (await show(town, farmer, "pan", PAN))["id"]
    for who in (buyer, agent):
        assert (await client.get("/kyc/waiting", headers=who)).status_code == 403
        assert (await client.post(f"/kyc/{me}/ask", headers=who)).status_code == 403
        assert (await client.post(f"/kyc/{me}/verify", headers=who)).status_code == 403
        assert (await client.get(f"/kyc/papers/{paper}/photo", headers=who)).status_code == 403
        assert (await client.get(f"/kyc/papers/{paper}/number", headers=who)).status_code == 403
    assert (await client.get(f"/kyc/papers/{paper}/photo", headers=farmer)).status_code == 200
    assert await looks(town) == []
    own = await my_id(town, operator)
    await show(town, operator, "pan", "ABCPE9999F")
    await client.post("/me/kyc/submit", headers=operator)
    assert (await client.post(f"/kyc/{own}/take", headers=operator)).json()["error"]["code"] == "not_met"


async def test_papers_that_are_none(town: Town, farmer: Headers) -> None:
    for form, file, field in (
        ({"kind": "passport"}, CARD, "kind"),
        ({"kind": "pan"}, CARD, "number"),
        ({"kind": "aadhaar", "number": "234567890125"}, CARD, "number"),
        ({"kind": "pan", "number": PAN}, b"no photo", None),
    ):
        said = await town.client.post(
            "/me/kyc/papers", data=form, files={"photo": ("x.jpg", file)}, headers=farmer
        )
        assert (said.status_code, said.json()["error"].get("field")) == (422, field), said.text
    big = b"\xff\xd8\xff" + bytes(LARGER["/me/kyc/papers"])
    said = await town.client.post(
        "/me/kyc/papers", data={"kind": "pan"}, files={"photo": big}, headers=farmer
    )
    assert said.status_code == 413
    assert (await town.client.get("/me/kyc", headers=farmer)).status_code == 404


async def test_the_queues_say_what_waits(
    town: Town, farmer: Headers, buyer: Headers, operator: Headers
) -> None:
    booking = await booked(town, farmer, buyer)
    await town.client.post("/payments", json={"method": "bank", "booking": booking}, headers=buyer)
    await show(town, farmer, "pan", PAN)
    await town.client.post("/me/kyc/submit", headers=farmer)
    said = (await town.client.get("/office/queues", headers=operator)).json()
    waits = {each["name"]: each["waiting"] for each in said}
    assert set(waits) == set(QUEUES)
    assert (waits["payments"], waits["kyc"], waits["payouts"], waits["doubts"]) == (1, 1, 0, 0)
    assert all((each["since"] is None) == (each["waiting"] == 0) for each in said)
    for door in ("/office/queues", "/office/doubts", "/office/refunds"):
        assert (await town.client.get(door, headers=buyer)).status_code == 403, door
    assert (await town.client.get("/office/doubts", headers=operator)).json() == []


async def test_a_refund_by_hand_is_finished_under_the_banks_number(
    town: Town, buyer: Headers, operator: Headers
) -> None:
    client = town.client
    begun = await client.post("/payments", json={"method": "bank", "paise": 500_000}, headers=buyer)
    code = begun.json()["payment"]["code"]
    seen = {"reference": "UTR12345678", "paise": 500_000}
    assert (await client.post(f"/payments/{code}/confirm", json=seen, headers=operator)).status_code == 200
    assert (await client.post(f"/payments/{code}/refund", json={}, headers=operator)).status_code == 200
    assert [each["code"] for each in (await client.get("/office/refunds", headers=operator)).json()] == [code]
    back = {"reference": "UTR87654321"}
    assert (await client.post(f"/payments/{code}/refund/finish", json=back, headers=buyer)).status_code == 403
    done = await client.post(f"/payments/{code}/refund/finish", json=back, headers=operator)
    assert (done.status_code, done.json()["state"]) == (200, "refunded"), done.text
    assert (await client.get("/office/refunds", headers=operator)).json() == []


async def test_who_sends_the_money_reads_where_to_and_that_is_noted(
    town: Town, farmer: Headers, buyer: Headers, operator: Headers
) -> None:
    client, me = town.client, await my_id(town, farmer)
    there = {"account": "5010 0012 345678", "ifsc": "HDFC0001234"}
    key = {"Idempotency-Key": "mine"}
    named = await client.put("/me/destination", json=there, headers=farmer | key)
    assert named.status_code == 200 and await number(town, "idempotency_key") == 0
    async with open_desk(town.engine, TENANT, NOW) as desk:
        bank = await ledger.open_account(desk, "bank")
        mine = await ledger.open_account(desk, "farmer", UUID(me))
        await ledger.transfer(desk, uuid4(), debit=bank, credit=mine, paise=100_000, why="sold", subject="B1")
    own = named.json()["id"]
    assert (await client.post(f"/destinations/{own}/confirm", headers=farmer)).status_code == 403
    assert (await client.post(f"/destinations/{own}/confirm", headers=operator)).status_code == 204
    asked = await client.post("/payouts", json={}, headers=farmer)
    code = asked.json()["code"]
    for who in (farmer, buyer):
        assert (await client.get(f"/payouts/{code}/account", headers=who)).status_code == 403
    read = await client.get(f"/payouts/{code}/account", headers=operator)
    assert read.json() == {
        "destination": own, "kind": "bank", "number": "50100012345678", "ifsc": "HDFC0001234",
    }  # fmt: skip
    assert len(await looks(town)) == 1
    await client.post(f"/payouts/{code}/cancel", headers=farmer)
    over = await client.get(f"/payouts/{code}/account", headers=operator)
    assert (over.status_code, over.json()["error"]["code"]) == (409, "moved")
    assert (await client.delete("/me/destination", headers=farmer)).status_code == 204
    assert (await client.get("/me/destination", headers=farmer)).status_code == 404


async def test_cash_is_counted_by_the_office(town: Town, buyer: Headers, operator: Headers) -> None:
    await settle(town, "+919800000005", "Agent", "field_agent")
    agent = await town.sign_in("+919800000005")
    own, payer = await my_id(town, agent), await my_id(town, buyer)
    async with open_desk(town.engine, TENANT, NOW) as desk:
        await escrow.cash_collected(
            desk,
            uuid4(),
            agent_id=UUID(own),
            buyer_id=UUID(payer),
            paise=90_000,
            subject="B1",
        )
    carried = (await town.client.get("/me/cash", headers=agent)).json()
    assert (carried["in_hand_paise"], carried["limit_paise"] - carried["left_paise"]) == (90_000, 90_000)
    brought = {"handover": str(uuid4()), "agent": own, "said_paise": 90_000, "counted_paise": 80_000}
    assert (await town.client.post("/office/cash", json=brought, headers=agent)).status_code == 403
    for _ in range(2):
        counted = await town.client.post("/office/cash", json=brought, headers=operator)
        assert (counted.status_code, counted.json()) == (201, {"paise": -10_000}), counted.text
    assert (await town.client.get("/me/cash", headers=agent)).json()["in_hand_paise"] == 10_000
    nobody = brought | {"handover": str(uuid4()), "agent": str(uuid4())}
    assert (await town.client.post("/office/cash", json=nobody, headers=operator)).status_code == 404
