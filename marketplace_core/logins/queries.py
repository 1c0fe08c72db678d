"""Who is behind a token, now."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from marketplace_core.accounts.models import person
from marketplace_core.desk import Desk
from marketplace_core.logins.models import session
from marketplace_core.logins.tokens import Claims


@dataclass(frozen=True)
class Caller:
    """Roles are read at each request: who loses one has lost it at once."""

    person_id: UUID
    session_id: UUID
    roles: tuple[str, ...]
    language: str


async def caller(desk: Desk, claims: Claims) -> Caller | None:
    """None when the session has ended or the person is gone."""
    row = (
        await desk.db.execute(
            select(person.c.roles, person.c.language)
            .join(session, (session.c.tenant_id == person.c.tenant_id) & (session.c.person_id == person.c.id))
            .where(
                session.c.tenant_id == desk.tenant,
                session.c.id == claims.session_id,
                session.c.person_id == claims.person_id,
                session.c.ended_at.is_(None),
            )
        )
    ).one_or_none()
    return Caller(claims.person_id, claims.session_id, tuple(row.roles), row.language) if row else None
