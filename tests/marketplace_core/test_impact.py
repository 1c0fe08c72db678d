"""What was not burnt, reckoned by hand beside the code."""

from sqlalchemy import text

from marketplace_core.desk import Desk
from marketplace_core.impact.queries import kept
from marketplace_core.impact.rules import co2e_grams, co_grams
from tests.marketplace_core.people import booked


def test_a_tonne_of_straw_by_hand() -> None:
    # 1000 kg x 0.89 dry x 0.80 burnt = 712 kg; x (2.7 g CH4 x 28 + 0.07 g N2O x 265 = 94.15 g) = 67,034.8 g
    assert co2e_grams("paddy_straw", 1000) == 67_035
    assert co_grams("paddy_straw", 1000) == 65_504
    # wheat burns better: 0.89 x 0.90 = 801 kg
    assert co2e_grams("wheat_straw", 1000) == 75_414
    assert co2e_grams("rice_husk", 1000) is None
    assert co2e_grams("paddy_straw", 0) == 0


async def test_only_completed_deals_count_and_by_the_scales(desk: Desk) -> None:
    seller, _, _, booking = await booked(desk, kg=5000)
    assert await kept(desk) == ()
    here = {"tenant": desk.tenant, "id": booking.id}
    await desk.db.execute(
        text("UPDATE booking SET state = 'completed' WHERE tenant_id = :tenant AND id = :id"), here
    )
    (row,) = await kept(desk)
    assert (row.commodity, row.deals, row.kg) == ("paddy_straw", 1, 5000)
    await desk.db.execute(
        text(
            "INSERT INTO weighment (tenant_id, booking_id, kg, by, actor_id, at) "
            "VALUES (:tenant, :id, 4800, 'driver', :who, :now)"
        ),
        here | {"who": seller, "now": desk.now},
    )
    (row,) = await kept(desk, seller)
    assert (row.kg, row.co2e_grams) == (4800, co2e_grams("paddy_straw", 4800))
    assert await kept(desk, booking.listing_id) == ()  # nobody's own
