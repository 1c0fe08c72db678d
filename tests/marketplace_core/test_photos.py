"""The same photo is known again, whatever was done to it within reason; another one is not."""

import io
import random
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import insert, text

from marketplace_core.desk import Desk, sit_down
from marketplace_core.photos.commands import remember
from marketplace_core.photos.models import bit_string, photo_print
from marketplace_core.photos.prints import BITS, LIKE, NEAR_BITS, alike, codes, print_of, probes
from marketplace_core.photos.queries import Again, seen_before
from tests.conftest import NOW
from tests.marketplace_core.people import buyer, farmer, somebody
from tests.marketplace_core.pictures import cropped, file_of, keep, picture, sent, smaller


async def test_the_very_same_file_is_the_same_photo(desk: Desk) -> None:
    me = await farmer(desk)
    first = await sent(desk, me, picture(1))
    assert await seen_before(desk, await sent(desk, me, picture(1))) == (Again(first, me, "same", 0),)


async def test_a_smaller_and_worse_copy_is_nearly_the_same(desk: Desk) -> None:
    me = await farmer(desk)
    first = await sent(desk, me, picture(1))
    (again,) = await seen_before(desk, await sent(desk, me, smaller(picture(1)), quality=40))
    assert (again.photo_id, again.how) == (first, "near")
    assert again.apart is not None
    assert 0 < again.apart <= NEAR_BITS


async def test_another_photo_is_another_photo(desk: Desk) -> None:
    me = await farmer(desk)
    for seed in range(5):
        await sent(desk, me, picture(seed))
    assert await seen_before(desk, await sent(desk, me, picture(99))) == ()


async def test_a_crop_of_somebody_elses_photo_is_a_suspicion(desk: Desk) -> None:
    first = await sent(desk, await farmer(desk), picture(1))
    mine = await sent(desk, await buyer(desk), cropped(picture(1)))
    (again,) = await seen_before(desk, mine)
    assert (again.photo_id, again.how) == (first, "like")
    assert again.cosine is not None
    assert again.cosine >= LIKE


async def test_a_crop_of_my_own_photo_is_nobodys_business(desk: Desk) -> None:
    me = await farmer(desk)
    await sent(desk, me, picture(1))
    assert await seen_before(desk, await sent(desk, me, cropped(picture(1)))) == ()


async def test_a_photo_of_another_house_is_known_without_its_sender(desk: Desk) -> None:
    mine = await sent(desk, await farmer(desk), picture(1))
    await desk.db.execute(text("INSERT INTO tenant (id, name) VALUES (2, 'FPO') ON CONFLICT DO NOTHING"))
    other = await sit_down(desk.db, 2, NOW)
    theirs = await sent(other, await somebody(other, "+919800000077", name="Other"), picture(1))
    (again,) = await seen_before(other, theirs)
    assert (again.photo_id, again.person_id, again.how) == (mine, None, "near")


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_camera_changes_nothing(orientation: int) -> None:
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    picture(3).transpose(turn[orientation]).save(out, "JPEG", quality=95, exif=exif)
    upright, turned = print_of(file_of(picture(3), 95)), print_of(out.getvalue())
    assert (int(upright.bits, 16) ^ int(turned.bits, 16)).bit_count() <= NEAR_BITS


def test_likeness_is_one_with_itself() -> None:
    one, other = print_of(file_of(picture(1))), print_of(file_of(picture(2)))
    assert alike(one.likeness, one.likeness) == pytest.approx(1)
    assert alike(one.likeness, other.likeness) < LIKE


@given(st.integers(0, 2**BITS - 1), st.sets(st.integers(0, BITS - 1), max_size=NEAR_BITS))
@settings(max_examples=300, deadline=None)
def test_the_index_misses_nothing_within_reach(bits: int, flipped: set[int]) -> None:
    other = bits
    for place in flipped:
        other ^= 1 << place
    assert set(probes(f"{bits:064x}")) & set(codes(f"{other:064x}"))


async def test_the_search_goes_through_the_index(desk: Desk) -> None:
    me = await farmer(desk)
    dice = random.Random(1)
    many = [f"{dice.getrandbits(BITS):064x}" for _ in range(3000)]
    await desk.db.execute(
        insert(photo_print),
        [{"photo_id": uuid4(), "bits": bit_string(each), "codes": codes(each)} for each in many],
    )
    first = await sent(desk, me, picture(1))
    await desk.db.execute(text("ANALYZE photo_print"))
    await desk.db.execute(text("SET LOCAL enable_seqscan = off"))  # as in near_prints
    plan = await desk.db.execute(
        text("EXPLAIN SELECT 1 FROM photo_print WHERE codes && cast(:probes AS int[])"),
        {"probes": probes(many[0])},
    )
    assert "Bitmap Index Scan on ix_photo_print_codes" in "\n".join(plan.scalars())
    assert first in {each.photo_id for each in await seen_before(desk, await sent(desk, me, picture(1)))}


async def test_the_search_finds_what_reading_everything_finds(desk: Desk) -> None:
    me = await farmer(desk)
    dice = random.Random(2)
    wanted = print_of(file_of(picture(1)))
    expected = {}
    for apart in (0, 1, 16, NEAR_BITS, NEAR_BITS + 1, 64):
        bits = int(wanted.bits, 16)
        for place in dice.sample(range(BITS), apart):
            bits ^= 1 << place
        photo_id = await keep(desk, me, replace(wanted, bits=f"{bits:064x}"))
        expected[photo_id] = apart
    found = await seen_before(desk, await keep(desk, me, wanted))
    assert {each.photo_id: each.apart for each in found} == {
        photo_id: apart for photo_id, apart in expected.items() if apart <= NEAR_BITS
    }


async def test_a_photo_remembered_twice_is_one(desk: Desk) -> None:
    me = await farmer(desk)
    prints = print_of(file_of(picture(1)))
    photo_id = await keep(desk, me, prints)
    await remember(desk, photo_id, person_id=me, key="k", prints=prints)
    assert await seen_before(desk, photo_id) == ()
