"""Grades over HTTP: asked for, shown with what was seen, contested; a zip in, a table out; the operators' own."""

import csv
import io
import zipfile
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from marketplace_core.api.envelope import STREAMED
from marketplace_core.desk import Desk, open_desk
from marketplace_core.grading import commands as grading
from marketplace_core.grading import registry
from marketplace_core.grading.queries import claim
from marketplace_core.grading.report import Report, Straw
from marketplace_core.seed import TENANT
from marketplace_core.settings import MarketSettings
from marketplace_core.store import storage
from tests.conftest import NOW
from tests.marketplace_core.api.conftest import Town, settle
from tests.marketplace_core.pictures import file_of, picture

Headers = dict[str, str]
FILES = "/gradings/batches/files"
SURE = Report(usable=True, straw=Straw(0.97, 0, 0), grade="A", confidence=0.9, model={"backbone": "1"})


async def photo(town: Town, who: Headers, seed: int = 1) -> str:
    sent = await town.client.post(
        "/photos", content=file_of(picture(seed)), headers=who | {"Content-Type": "image/jpeg"}
    )
    assert sent.status_code == 201, sent.text
    own: str = sent.json()["id"]
    return own


async def judged(town: Town, report: Report, **more: Any) -> None:
    async with open_desk(town.engine, TENANT, NOW) as desk:
        for work in await claim(desk, 50):
            await grading.judge(desk, work.grading.code, report, **more)


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as into:
        for name, content in files.items():
            into.writestr(name, content)
    return out.getvalue()


async def test_what_the_eyes_saw_is_shown_and_may_be_contested(
    town: Town, farmer: Headers, buyer: Headers
) -> None:
    client = town.client
    body = {
        "commodity": "paddy_straw",
        "photos": [await photo(town, farmer)],
        "moisture": {"permille": 130, "source": "farmer"},
        "days_since_harvest": 9,
        "rained_on": False,
        "stored": "shed",
    }
    asked = await client.post("/gradings", json=body, headers=farmer)
    assert asked.status_code == 202, asked.text
    assert (asked.json()["report"], asked.json()["judged_by"]) == (None, None)
    code = asked.json()["code"]
    await judged(town, SURE)
    seen = (await client.get(f"/gradings/{code}", headers=farmer)).json()
    assert (seen["state"], seen["grade"], seen["judged_by"]) == ("graded", "A", "eyes")
    assert (seen["moisture_permille"], seen["moisture_source"]) == (130, "farmer")
    assert seen["report"]["straw"] == {"cover": 0.97, "green": 0, "dark": 0}
    assert (await client.get(f"/gradings/{code}", headers=buyer)).status_code == 404
    assert (await client.post(f"/gradings/{code}/appeal", headers=buyer)).status_code == 404
    again = await client.post(f"/gradings/{code}/appeal", headers=farmer)
    assert (again.status_code, again.json()["state"], again.json()["grade"]) == (200, "asked", None)
    twice = await client.post(f"/gradings/{code}/appeal", headers=farmer)
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "moved")
    doubt = await client.post(
        f"/gradings/{code}/commodity", json={"commodity": "wheat_straw"}, headers=farmer
    )
    assert doubt.status_code == 409  # nobody asked


async def test_moisture_has_somebody_who_says_so(town: Town, farmer: Headers) -> None:
    body = {"commodity": "wheat", "photos": [await photo(town, farmer)], "moisture": {"permille": 130}}
    said = await town.client.post("/gradings", json=body, headers=farmer)
    assert said.status_code == 422 and said.json()["error"]["field"] == "moisture.source"


async def test_the_picture_of_what_was_counted_is_its_askers(
    town: Town, farmer: Headers, buyer: Headers
) -> None:
    client = town.client
    body = {"commodity": "wheat", "photos": [await photo(town, farmer)]}
    code = (await client.post("/gradings", json=body, headers=farmer)).json()["code"]
    assert (await client.get(f"/gradings/{code}/picture", headers=farmer)).status_code == 404
    drawn = file_of(picture(8))
    settings = MarketSettings(_env_file=None)  # type: ignore[call-arg]
    key = await storage(settings).store(drawn, "image/jpeg")
    await judged(town, SURE, picture=key)
    there = await client.get(f"/gradings/{code}/picture", headers=farmer)
    assert (there.status_code, there.headers["content-type"], there.content) == (200, "image/jpeg", drawn)
    assert (await client.get(f"/gradings/{code}/picture", headers=buyer)).status_code == 404


async def test_a_zip_becomes_a_batch_and_the_batch_a_table(
    town: Town, buyer: Headers, farmer: Headers
) -> None:
    client = town.client
    files = {
        "lots/one.jpg": file_of(picture(1)),
        "two.jpg": file_of(picture(2)),
        "words.txt": b"no photo",
        "three.jpg": file_of(picture(3)),
    }
    table = "file,commodity,moisture,source,days\none.jpg,wheat,11,meter,20\ntwo.jpg,,,,\nfour.jpg,,,,\n"
    sent = {"photos": ("lots.zip", zipped(files)), "table": ("lots.csv", table.encode())}
    farmers = await client.post(FILES, files=sent, data={"commodity": "paddy"}, headers=farmer)
    assert (farmers.status_code, farmers.json()["error"]["code"]) == (403, "not_yours")
    made = await client.post(FILES, files=sent, data={"commodity": "paddy"}, headers=buyer)
    assert made.status_code == 202, made.text
    batch = made.json()
    assert batch["progress"] == {"asked": 2}
    assert [(each["file"], each["commodity"]) for each in batch["gradings"]] == [
        ("lots/one.jpg", "wheat"),
        ("two.jpg", "paddy"),
    ]
    assert [(each["file"], each["why"]) for each in batch["left_out"]] == [
        ("words.txt", "not_a_photo"),
        ("four.jpg", "not_in_zip"),
        ("three.jpg", "not_in_table"),
    ]
    await judged(town, SURE)
    assert (await client.get(f"/gradings/batches/{batch['id']}", headers=buyer)).json()["progress"] == {
        "graded": 2
    }
    got = await client.get(f"/gradings/batches/{batch['id']}/results", headers=buyer)
    assert got.headers["content-type"].startswith("text/csv")
    one, two = csv.DictReader(io.StringIO(got.text))
    assert (one["file"], one["grade"], one["moisture_percent"], one["moisture_source"]) == (
        "lots/one.jpg",
        "A",
        "11.0",
        "meter",
    )
    assert (two["grade"], two["moisture_percent"]) == ("A", "")
    assert (await client.get(f"/gradings/batches/{batch['id']}/results", headers=farmer)).status_code == 404
    seen = await client.get(f"/photos/{batch['gradings'][0]['photos'][0]}", headers=buyer)
    assert seen.status_code == 200


async def test_a_table_of_photos_that_are_here_already(town: Town, buyer: Headers, farmer: Headers) -> None:
    mine, others = await photo(town, buyer), await photo(town, farmer, 2)
    table = f"photo,commodity\n{mine},wheat\n"
    made = await town.client.post(FILES, files={"table": ("t.csv", table.encode())}, headers=buyer)
    assert made.status_code == 202, made.text
    assert made.json()["gradings"][0]["photos"] == [mine]
    for foreign in (others, uuid4()):
        both = f"{table}{foreign},wheat\n"
        said = await town.client.post(FILES, files={"table": ("t.csv", both.encode())}, headers=buyer)
        assert (said.status_code, said.json()["error"]["code"]) == (404, "not_found")
    async with open_desk(town.engine, TENANT, NOW) as desk:
        assert len(await claim(desk, 50)) == 1  # all or nothing


async def test_an_upload_that_cannot_be(town: Town, buyer: Headers) -> None:
    async def refused(files: Any = None, data: Any = None) -> tuple[int, str]:
        said = await town.client.post(FILES, files=files, data=data, headers=buyer)
        error = said.json()["error"]
        return said.status_code, error.get("field") or error["code"]

    photos = {"photos": ("a.zip", zipped({"a.jpg": file_of(picture(1))}))}
    assert await refused() == (422, "photos")
    assert await refused(data={"photos": "words"}) == (422, "photos")
    assert await refused(photos) == (422, "commodity")
    assert await refused(photos, {"commodity": "gold"}) == (422, "commodity")
    assert await refused({"photos": ("a.zip", b"no zip")}, {"commodity": "wheat"}) == (422, "photos")
    bad_line = {"table": ("t.csv", b"file,moisture\na.jpg,900\n")}
    assert await refused(photos | bad_line, {"commodity": "wheat"}) == (422, "table.2.moisture")
    assert await refused(photos | {"more": ("b", b""), "again": ("c", b"")}) == (400, "bad_request")
    none_left = {"photos": ("a.zip", zipped({"a.txt": b"no photo"}))}
    assert await refused(none_left, {"commodity": "wheat"}) == (422, "photos")
    broken = await town.client.post(
        FILES, content=b"--x\r\nbroken", headers=buyer | {"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert broken.status_code in (400, 422)


async def test_too_much_is_refused_whether_it_is_announced_or_not(
    town: Town, buyer: Headers, monkeypatch: Any
) -> None:
    monkeypatch.setitem(STREAMED, FILES, 20_000)
    sent = {"photos": ("a.zip", b"x" * 30_000)}
    announced = await town.client.post(FILES, files=sent, headers=buyer)
    assert (announced.status_code, announced.json()["error"]["code"]) == (413, "too_large")

    async def silently() -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\n'
        for _ in range(30):
            yield b"x" * 1000
        yield b"\r\n--x--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    streamed = await town.client.post(FILES, content=silently(), headers=buyer | kind)
    assert (streamed.status_code, streamed.json()["error"]["code"]) == (413, "too_large")


async def test_who_is_not_signed_in_uploads_nothing(town: Town) -> None:
    said = await town.client.post(FILES, files={"photos": ("a.zip", b"x")})
    assert said.status_code == 401


# for operators


async def test_limits_are_everybodys_to_read_and_the_operators_to_set(
    town: Town, farmer: Headers, operator: Headers
) -> None:
    client = town.client
    shown = (await client.get("/eyes/limits?commodity=wheat", headers=farmer)).json()
    assert {each["measure"] for each in shown} >= {"foreign", "broken", "moisture"}
    assert all(each["source"] and not each["own"] for each in shown)
    limit = {"most_a": 0.005, "most_b": 0.01, "source": "Contract 7"}
    assert (await client.put("/eyes/limits/wheat/foreign", json=limit, headers=farmer)).status_code == 403
    kept = await client.put("/eyes/limits/wheat/foreign", json=limit, headers=operator)
    assert kept.status_code == 200, kept.text
    assert [each["source"] for each in kept.json() if each["own"]] == ["Contract 7"]
    upside_down = limit | {"most_a": 0.5}
    wrong = await client.put("/eyes/limits/wheat/foreign", json=upside_down, headers=operator)
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "most_a")
    assert (await client.delete("/eyes/limits/wheat/foreign", headers=farmer)).status_code == 403
    back = await client.delete("/eyes/limits/wheat/foreign", headers=operator)
    assert back.json() == shown
    assert (await client.delete("/eyes/limits/wheat/foreign", headers=operator)).status_code == 404


async def test_models_are_shown_compared_promoted_and_rolled_back_by_operators(
    town: Town, farmer: Headers, operator: Headers
) -> None:
    client = town.client
    async with open_desk(town.engine, TENANT, NOW) as desk:
        await registered(desk, "1")
        await registered(desk, "2")
    for path in ("/eyes/models", "/eyes/models/kernels/comparison", "/eyes/drift", "/eyes/labels"):
        assert (await client.get(path, headers=farmer)).status_code == 403, path
    shown = (await client.get("/eyes/models", headers=operator)).json()
    assert sorted((each["version"], each["state"]) for each in shown) == [
        ("1", "serving"),
        ("2", "challenger"),
    ]
    compared = (await client.get("/eyes/models/kernels/comparison", headers=operator)).json()
    assert (compared["labels"], compared["better"], compared["p"]) == (0, False, 1.0)
    early = await client.post("/eyes/models/kernels/promote", headers=operator)
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_better")
    assert early.json()["error"]["details"]["labels"] == 0
    assert (await client.post("/eyes/models/kernels/promote", headers=farmer)).status_code == 403
    none = await client.post("/eyes/models/kernels/roll-back", headers=operator)
    assert (none.status_code, none.json()["error"]["code"]) == (409, "nothing_before")
    assert (await client.get("/eyes/drift", headers=operator)).json() == []


async def test_labels_are_shown_by_role(town: Town, farmer: Headers, operator: Headers) -> None:
    client = town.client
    await settle(town, "+919800000007", "Kiran", "field_agent")
    agent = await town.sign_in("+919800000007")
    body = {"commodity": "wheat", "photos": [await photo(town, farmer)]}
    code = (await client.post("/gradings", json=body, headers=farmer)).json()["code"]
    given = {"grade": "B", "moisture_permille": 120, "moisture_source": "meter"}
    done = await client.post(f"/gradings/{code}/grade", json=given, headers=agent)
    assert (done.json()["judged_by"], done.json()["moisture_source"]) == ("agent", "meter")
    page = (await client.get("/eyes/labels", headers=operator)).json()
    assert [(each["truth"], each["role"], each["grading"]) for each in page["items"]] == [
        ("B", "field_agent", code)
    ]
    assert page["next"] is None


async def registered(desk: Desk, version: str) -> None:
    await registry.register(
        desk,
        name="kernels",
        version=version,
        file=f"kernels-{version}.onnx",
        sha256="a" * 64,
        data_sha256="b" * 64,
        metrics={},
        licences="MIT",
    )
