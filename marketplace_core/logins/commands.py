"""Sending a code, trading it for a session, renewing, leaving.

A wrong code and a stolen token leave marks that must stay although the answer is no; so these say no by their
result, and the caller commits.
"""

import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import Desk
from marketplace_core.errors import Refused
from marketplace_core.logins import rules
from marketplace_core.logins.errors import AskedTooOften, LockedOut, SessionOver, WrongCode
from marketplace_core.logins.models import login_code, refresh_token, session


@dataclass(frozen=True)
class Session:
    """`refresh` is shown once; we keep its hash."""

    id: UUID
    person_id: UUID
    refresh: str


async def draw_code(desk: Desk, *, key: bytes, phone: str) -> str:
    """A new code for this number, in place of the one before."""
    t, mac = login_code.c, rules.phone_mac(key, phone)
    await desk.db.execute(
        upsert(login_code)
        .values(tenant_id=desk.tenant, phone_mac=mac, sent_at=desk.now, sends=0, sends_since=desk.now)
        .on_conflict_do_nothing()
    )
    row = (
        await desk.db.execute(
            select(login_code).where(t.tenant_id == desk.tenant, t.phone_mac == mac).with_for_update()
        )
    ).one()
    if row.locked_until and row.locked_until > desk.now:
        raise LockedOut(rules.seconds_until(row.locked_until, desk.now))
    sends, since = row.sends, row.sends_since
    if since + rules.SENDS_COUNT_FOR <= desk.now:
        sends, since = 0, desk.now
    if sends and row.sent_at + rules.BETWEEN_SENDS > desk.now:
        raise AskedTooOften(rules.seconds_until(row.sent_at + rules.BETWEEN_SENDS, desk.now))
    if sends >= rules.MOST_SENDS:
        raise AskedTooOften(rules.seconds_until(since + rules.SENDS_COUNT_FOR, desk.now))
    code = rules.new_code()
    await desk.db.execute(
        update(login_code)
        .where(t.tenant_id == desk.tenant, t.phone_mac == mac)
        .values(
            code_mac=rules.code_mac(key, phone, code), sent_at=desk.now, sends=sends + 1, sends_since=since
        )
    )
    return code


async def sign_in(desk: Desk, *, key: bytes, phone: str, code: str) -> Session | Refused:
    """Who holds the number is that person, and becomes one if they were never here."""
    t, mac = login_code.c, rules.phone_mac(key, phone)
    here = (t.tenant_id == desk.tenant, t.phone_mac == mac)
    row = (await desk.db.execute(select(login_code).where(*here).with_for_update())).one_or_none()
    if row is None:
        return WrongCode()
    if row.locked_until and row.locked_until > desk.now:
        return LockedOut(rules.seconds_until(row.locked_until, desk.now))
    given = rules.code_mac(key, phone, code)
    fresh = row.code_mac is not None and row.sent_at + rules.CODE_LASTS > desk.now
    if not (fresh and hmac.compare_digest(row.code_mac, given)):
        wrong, since = row.wrong + 1, row.wrong_since
        if since is None or since + rules.WRONG_COUNTS_FOR <= desk.now:
            wrong, since = 1, desk.now
        marks = {"wrong": wrong, "wrong_since": since}
        if wrong >= rules.MOST_WRONG:
            marks = {
                "wrong": 0,
                "wrong_since": None,
                "code_mac": None,
                "locked_until": desk.now + rules.LOCK_LASTS,
            }
        await desk.db.execute(update(login_code).where(*here).values(marks))
        return WrongCode()
    await desk.db.execute(
        update(login_code)
        .where(*here)
        .values(code_mac=None, wrong=0, wrong_since=None, locked_until=None, sends=0)
    )
    # A code that was read is no message from them: where the bot answers them stays as it is.
    person_id = await accounts.who_has(desk, phone)
    if person_id is None:
        person_id = (await accounts.reach(desk, channel="sms", value=phone, phone=phone)).person.id
    session_id = (
        await desk.db.execute(
            insert(session)
            .values(tenant_id=desk.tenant, person_id=person_id, began_at=desk.now)
            .returning(session.c.id)
        )
    ).scalar_one()
    return Session(session_id, person_id, await _new_refresh(desk, session_id))


async def renew(desk: Desk, *, token: str) -> Session | Refused:
    """The next pair. A token that comes a second time was copied: the whole session ends."""
    t = refresh_token.c
    row = (
        await desk.db.execute(
            select(t.session_id, t.expires_at, t.used_at, session.c.person_id, session.c.ended_at)
            .join(session, (session.c.tenant_id == t.tenant_id) & (session.c.id == t.session_id))
            .where(t.tenant_id == desk.tenant, t.token_hash == rules.token_hash(token))
            .with_for_update(of=session)
        )
    ).one_or_none()
    if row is None or row.ended_at or row.expires_at <= desk.now:
        return SessionOver()
    used = await desk.db.execute(
        update(refresh_token)
        .where(t.tenant_id == desk.tenant, t.token_hash == rules.token_hash(token), t.used_at.is_(None))
        .values(used_at=desk.now)
    )
    if used.rowcount == 0:
        await _end(desk, row.session_id, "reuse")
        return SessionOver()
    return Session(row.session_id, row.person_id, await _new_refresh(desk, row.session_id))


async def leave(desk: Desk, session_id: UUID) -> None:
    await _end(desk, session_id, "logout")


async def forget_old(desk: Desk) -> int:
    """Sessions whose last token has run out, and codes nobody can use or is locked by; how many rows."""
    t = refresh_token.c
    latest = (
        select(func.max(t.expires_at))
        .where(t.tenant_id == session.c.tenant_id, t.session_id == session.c.id)
        .scalar_subquery()
    )
    sessions = await desk.db.execute(
        delete(session).where(session.c.tenant_id == desk.tenant, latest <= desk.now)
    )
    codes = await desk.db.execute(
        delete(login_code).where(
            login_code.c.tenant_id == desk.tenant,
            login_code.c.sent_at < desk.now - rules.SENDS_COUNT_FOR,
            func.coalesce(login_code.c.locked_until, desk.now) <= desk.now,
        )
    )
    return sessions.rowcount + codes.rowcount


async def _new_refresh(desk: Desk, session_id: UUID) -> str:
    token = rules.new_refresh_token(desk.tenant)
    await desk.db.execute(
        insert(refresh_token).values(
            tenant_id=desk.tenant,
            token_hash=rules.token_hash(token),
            session_id=session_id,
            expires_at=desk.now + rules.REFRESH_LASTS,
        )
    )
    return token


async def _end(desk: Desk, session_id: UUID, by: str) -> None:
    await desk.db.execute(
        update(session)
        .where(session.c.tenant_id == desk.tenant, session.c.id == session_id, session.c.ended_at.is_(None))
        .values(ended_at=desk.now, ended_by=by)
    )
