"""The shared MetaData and the few column kinds that every table uses."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, MetaData, Uuid, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Moment = DateTime(timezone=True)


class Point(UserDefinedType[Any]):
    """PostgreSQL's own planar point, (longitude, latitude)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "POINT"


ischema_names["point"] = Point


def tenant_id() -> Column[int]:
    # No foreign key to the tenant: every insert would share-lock that one row.
    return Column("tenant_id", Integer, primary_key=True, autoincrement=False)


def own_id() -> Column[UUID]:
    return Column("id", Uuid, primary_key=True, server_default=text("uuidv7()"))
