"""Alembic's entry: one connection as the owner, one transaction for all versions.

Versions are written by hand and numbered; they know their own tables, so no metadata is needed here.
"""

from alembic import context
from sqlalchemy import create_engine, pool, text

# Two processes that start together migrate one after the other.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('mandi migrations', 0))")


def run() -> None:
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            connection.execute(ONE_AT_A_TIME)
            context.run_migrations()


run()
