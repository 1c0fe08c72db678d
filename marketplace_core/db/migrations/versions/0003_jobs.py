"""The job queue's own tables and functions, as its library brings them."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # the library's SQL holds percent signs; the driver must see it as it is
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO mandi_app")
