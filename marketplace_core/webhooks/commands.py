"""A partner says where events shall go, changes the secret, turns it off and on, asks for what was missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import func, insert, or_, select, update

from marketplace_core.audit import commands as audit
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.events import Event, event
from marketplace_core.settings import market_settings
from marketplace_core.transitions import make
from marketplace_core.vault import Cell, Sealed, house_vault
from marketplace_core.webhooks import models as t
from marketplace_core.webhooks.errors import TooManyEndpoints
from marketplace_core.webhooks.fanout import address
from marketplace_core.webhooks.queries import ENDPOINT as ENDPOINT_COLUMNS
from marketplace_core.webhooks.queries import Endpoint, endpoint_of_row, in_office
from marketplace_core.webhooks.queries import endpoint as endpoint_of
from marketplace_core.webhooks.rules import check_kinds, check_url
from marketplace_core.webhooks.signing import new_secret
from marketplace_core.webhooks.transitions import ENDPOINT

MOST_ENDPOINTS = 10
#: How long messages are signed with the old secret too, after it was changed.
OVERLAP = timedelta(hours=24)
MOST_REPLAYED = 10_000


@dataclass(frozen=True)
class Added:
    """The secret is shown here and never again."""

    id: UUID
    secret: str


async def add(
    desk: Desk, *, actor_id: UUID, url: str, kinds: Sequence[str] = ("*",), for_all: bool = False
) -> Added:
    """Events that concern the actor; `for_all`: every event of the organisation, for its office."""
    check_url(url, loopback=market_settings().mandi_webhooks_to_loopback)
    check_kinds(kinds)
    if for_all and not await in_office(desk, actor_id):
        raise NotYours
    owner_id = None if for_all else actor_id
    already = await desk.db.execute(
        select(func.count())
        .select_from(t.endpoint)
        .where(t.endpoint.c.tenant_id == desk.tenant, t.endpoint.c.owner_id.is_not_distinct_from(owner_id))
    )
    if already.scalar_one() >= MOST_ENDPOINTS:
        raise TooManyEndpoints
    made = await desk.db.execute(
        insert(t.endpoint)
        .values(
            tenant_id=desk.tenant,
            owner_id=owner_id,
            url=url,
            kinds=list(kinds),
            state="active",
            moved_at=desk.now,
            moved_by="operator" if for_all else "owner",
            created_at=desk.now,
        )
        .returning(t.endpoint.c.id)
    )
    endpoint_id = made.scalar_one()
    await _noted(desk, actor_id, "webhook.added", endpoint_id, owner_id, url=url)
    return Added(endpoint_id, await _new_secret(desk, endpoint_id))


async def change(
    desk: Desk,
    *,
    actor_id: UUID,
    endpoint_id: UUID,
    url: str | None = None,
    kinds: Sequence[str] | None = None,
) -> None:
    there = await endpoint_of(desk, actor_id, endpoint_id)
    url, kinds = there.url if url is None else url, there.kinds if kinds is None else kinds
    check_url(url, loopback=market_settings().mandi_webhooks_to_loopback)
    check_kinds(kinds)
    await desk.db.execute(
        update(t.endpoint)
        .where(t.endpoint.c.tenant_id == desk.tenant, t.endpoint.c.id == endpoint_id)
        .values(url=url, kinds=list(kinds))
    )
    await _noted(desk, actor_id, "webhook.changed", endpoint_id, there.owner_id, url=url)


async def rotate(desk: Desk, *, actor_id: UUID, endpoint_id: UUID) -> str:
    """A new secret; the ones before it sign along for a day."""
    there = await endpoint_of(desk, actor_id, endpoint_id)
    await _noted(desk, actor_id, "webhook.secret_changed", endpoint_id, there.owner_id)
    until = desk.now + OVERLAP
    await desk.db.execute(
        update(t.secret)
        .where(
            t.secret.c.tenant_id == desk.tenant,
            t.secret.c.endpoint_id == endpoint_id,
            or_(t.secret.c.expires_at.is_(None), t.secret.c.expires_at > until),
        )
        .values(expires_at=until)
    )
    return await _new_secret(desk, endpoint_id)


async def disable(desk: Desk, *, actor_id: UUID, endpoint_id: UUID) -> None:
    there = await endpoint_of(desk, actor_id, endpoint_id)
    await _move(desk, "disable", there, actor_id, why="by_hand")


async def enable(desk: Desk, *, actor_id: UUID, endpoint_id: UUID) -> None:
    """What was waiting goes on waiting no longer; what happened meanwhile comes by `replay`."""
    there = await endpoint_of(desk, actor_id, endpoint_id)
    await _move(desk, "enable", there, actor_id, why=None)


async def disable_by_house(desk: Desk, endpoint_id: UUID, why: str) -> None:
    """`why` is `gone` or `silent`."""
    row = (
        await desk.db.execute(
            select(*ENDPOINT_COLUMNS)
            .where(t.endpoint.c.tenant_id == desk.tenant, t.endpoint.c.id == endpoint_id)
            .with_for_update()
        )
    ).one()
    if row.state == "active":
        await _move(desk, "disable", endpoint_of_row(row), None, why=why)


async def remove(desk: Desk, *, actor_id: UUID, endpoint_id: UUID) -> None:
    """With its secrets and everything that was to go there."""
    there = await endpoint_of(desk, actor_id, endpoint_id)
    await _noted(desk, actor_id, "webhook.removed", endpoint_id, there.owner_id)
    await desk.db.execute(
        t.endpoint.delete().where(t.endpoint.c.tenant_id == desk.tenant, t.endpoint.c.id == endpoint_id)
    )


async def replay(
    desk: Desk,
    *,
    actor_id: UUID,
    endpoint_id: UUID,
    since: datetime | None = None,
    delivery_id: UUID | None = None,
) -> int:
    """Send again one delivery, or everything since a moment, also what happened while the endpoint was off."""
    there = await endpoint_of(desk, actor_id, endpoint_id)
    if (since is None) == (delivery_id is None) or (since is not None and since.tzinfo is None):
        raise BadTerms("since")
    if since is not None:
        await _address_what_was_missed(desk, there, since)
    chosen = t.delivery.c.id == delivery_id if delivery_id else t.delivery.c.created_at >= since
    again = await desk.db.execute(
        update(t.delivery)
        .where(t.delivery.c.tenant_id == desk.tenant, t.delivery.c.endpoint_id == endpoint_id, chosen)
        .values(state="waiting", attempts=0, due_at=desk.now, claimed_until=None, done_at=None)
    )
    if delivery_id and not again.rowcount:
        raise NotFound("delivery")
    return again.rowcount


async def _address_what_was_missed(desk: Desk, there: Endpoint, since: datetime) -> None:
    e = event.c
    rows = await desk.db.execute(
        select(e.id, e.kind, e.subject, e.about, e.at)
        .where(e.tenant_id == desk.tenant, e.at >= since, e.spread_at.is_not(None))
        .order_by(e.id)
        .limit(MOST_REPLAYED)
    )
    await address(desk, [Event(*row) for row in rows], [there])


async def _new_secret(desk: Desk, endpoint_id: UUID) -> str:
    own_id, clear = uuid4(), new_secret()
    sealed = house_vault().seal(secret_cell(desk, own_id), clear)
    await desk.db.execute(
        insert(t.secret).values(
            tenant_id=desk.tenant,
            id=own_id,
            endpoint_id=endpoint_id,
            key_id=sealed.key_id,
            sealed=sealed.blob,
            created_at=desk.now,
        )
    )
    return clear


async def _noted(
    desk: Desk,
    actor_id: UUID,
    action: str,
    endpoint_id: UUID,
    owner_id: UUID | None,
    *,
    url: str | None = None,
) -> None:
    """Who lets everybody's events out of the house stands in the book; what somebody does with their own does not.

    Of a URL its host: what follows may hold a partner's key.
    """
    if owner_id is None:
        facts = {"host": urlsplit(url).hostname} if url else {}
        await audit.note(desk, actor_id=actor_id, action=action, subject=str(endpoint_id), facts=facts)


def secret_cell(desk: Desk, row_id: UUID) -> Cell:
    return Cell(desk.tenant, "webhook_secret", "sealed", row_id)


async def secrets_of(desk: Desk, endpoint_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """What to sign with now, newest first."""
    rows = await desk.db.execute(
        select(t.secret)
        .where(
            t.secret.c.tenant_id == desk.tenant,
            t.secret.c.endpoint_id.in_(endpoint_ids),
            or_(t.secret.c.expires_at.is_(None), t.secret.c.expires_at > desk.now),
        )
        .order_by(t.secret.c.created_at.desc(), t.secret.c.id)
    )
    found: dict[UUID, list[str]] = {each: [] for each in endpoint_ids}
    for row in rows:
        clear = house_vault().open(secret_cell(desk, row.id), Sealed(row.key_id, row.sealed))
        found[row.endpoint_id].append(clear)
    return found


async def _move(desk: Desk, move: str, there: Endpoint, actor_id: UUID | None, *, why: str | None) -> None:
    who = "house" if actor_id is None else "owner" if there.owner_id == actor_id else "operator"
    await make(
        desk,
        ENDPOINT,
        t.endpoint,
        move,
        row_id=there.id,
        state=there.state,
        who=who,
        subject=str(there.id),
        about={"owner_id": str(there.owner_id) if there.owner_id else None, "why": why},
        actor_id=actor_id,
        why=why,
        slow_until=None,
    )
