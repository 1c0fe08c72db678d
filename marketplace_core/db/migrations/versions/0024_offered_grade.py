"""An offer is for a lot of the grade that it had when the last price was named."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("ALTER TABLE offer ADD COLUMN for_grade TEXT")
    # the owner of the tables is behind the fence too
    op.execute("ALTER TABLE offer NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE listing NO FORCE ROW LEVEL SECURITY")
    op.execute("""
        UPDATE offer SET for_grade = listing.grade FROM listing
        WHERE listing.tenant_id = offer.tenant_id AND listing.id = offer.listing_id
    """)
    op.execute("ALTER TABLE listing FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE offer FORCE ROW LEVEL SECURITY")
