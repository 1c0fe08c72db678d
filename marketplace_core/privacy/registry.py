"""Every table that knows something about somebody: how it is shown to them, and what becomes of it when they leave.

A table that names a person has a line here, or a test fails. It speaks of tables, not of rooms, so that what the bot
keeps stands beside what the market keeps. The order is that of the export; things are erased from the bottom up.
"""

from dataclasses import dataclass

DELETE = "DELETE"
#: Of business that others have a part in: the row stays, and points to a person whom nobody can name any more.
STAYS = ""


@dataclass(frozen=True)
class Personal:
    """`whose` names the columns that make a row theirs, `acted` those by which they only had a hand in it.

    `where` replaces `whose` where the way to the person is longer. `leaving` is DELETE, STAYS, or what is SET.
    `parting` is what is SET on the rows that they had a hand in. `hidden` columns are of no use to anybody outside.
    `files` is an expression for the keys of files to delete. A `shared` table has no tenant to ask for.
    """

    table: str
    whose: str = ""
    leaving: str = STAYS
    acted: str = ""
    parting: str = ""
    hidden: str = ""
    where: str = ""
    files: str = ""
    shared: bool = False

    @property
    def theirs(self) -> str:
        """The condition on a row `t`; `:tenant` and `:person` are bound."""
        whose = self.where or _any_of(self.whose)
        return whose if self.shared else f"t.tenant_id = :tenant AND ({whose})"

    @property
    def touched(self) -> str:
        """The same for a row that they had a hand in."""
        return f"t.tenant_id = :tenant AND ({_any_of(self.acted)})"


def _any_of(columns: str) -> str:
    return " OR ".join(f"t.{column} = :person" for column in columns.split())


_PHOTO_OF = "t.photo_id IN (SELECT id FROM photo WHERE tenant_id = :tenant AND person_id = :person)"
_BOOKED = "SELECT id FROM booking WHERE tenant_id = :tenant AND (seller_id = :person OR buyer_id = :person)"
#: Who let it ring is known by the phone alone. One that others are reached at as well may have rung for them.
_RANG = (
    "t.person_id IS NULL AND t.phone IN ("
    "SELECT phone FROM address WHERE tenant_id = :tenant AND person_id = :person AND phone IS NOT NULL) "
    "AND NOT EXISTS (SELECT FROM address other WHERE other.tenant_id = :tenant "
    "AND other.phone = t.phone AND other.person_id <> :person)"
)
#: What nobody has heard yet knows its sender by the address alone.
_WROTE = (
    "(t.channel, t.sender) IN "
    "(SELECT channel, value FROM address WHERE tenant_id = :tenant AND person_id = :person)"
)
#: About ten kilometres, the district and the first half of the pincode: enough for the statistics of a season.
_COARSE = (
    "lat = round(lat::numeric, 1), lon = round(lon::numeric, 1), village = NULL, "
    "pincode = left(pincode, 3) || '000'"
)
_NOWHERE = "pincode = NULL, village = NULL, district = NULL, place_state = NULL, lat = NULL, lon = NULL"
_OWN_WORDS = (
    "said = CASE WHEN opener_id = :person THEN '' ELSE said END, "
    "photos = CASE WHEN opener_id = :person THEN '{}' ELSE photos END, "
    "answer = CASE WHEN opener_id = :person OR answer IS NULL THEN answer ELSE '' END, "
    "answer_photos = CASE WHEN opener_id = :person THEN answer_photos ELSE '{}' END"
)
_NO_ACCOUNT = (
    "SET shown = '', sealed = '', blind_index = sha256(id::text::bytea), "
    "closed_at = coalesce(closed_at, :now)"
)
_NO_LONGER = (
    "SET state = CASE WHEN state IN ('asked', 'agreed') THEN 'ended' ELSE state END, "
    "ended_at = coalesce(ended_at, :now)"
)
#: Nobody answers whom nobody knows any more, nor for them.
_UNASKED = (
    "seal = NULL, state = CASE WHEN state = 'asked' THEN 'withdrawn' ELSE state END, "
    "settled_at = coalesce(settled_at, :now)"
)
_PAID = "SELECT id FROM payment WHERE tenant_id = :tenant AND payer_id = :person"
_SEALED = "key_id sealed blind_index"

#: A phone that a family shares stays theirs: it goes over to one of the others before anything is erased.
HAND_OVER = """
    UPDATE address SET person_id = (
        SELECT other.person_id FROM profile other WHERE other.tenant_id = :tenant
            AND other.address_id = address.id AND other.person_id <> :person ORDER BY other.person_id LIMIT 1)
    WHERE tenant_id = :tenant AND person_id = :person AND EXISTS (
        SELECT FROM profile other WHERE other.tenant_id = :tenant
            AND other.address_id = address.id AND other.person_id <> :person)
"""

PERSONAL: tuple[Personal, ...] = (
    Personal("person", "id", f"SET name = NULL, language = 'en', script = 'native', roles = '{{}}', {_NOWHERE}"),
    Personal("address", "person_id", DELETE),
    Personal("profile", "person_id", DELETE),
    Personal("acting", "person_id actor_id", _NO_LONGER, acted="agreed_by"),
    Personal("consent", "person_id"),
    Personal("listing", "seller_id", f"SET photos = '{{}}', {_COARSE}"),
    Personal("wish", "buyer_id", f"SET state = 'ended', {_COARSE}"),
    Personal("wish_match", "buyer_id"),
    Personal("price_alert", "person_id", DELETE, hidden="edition"),
    Personal("kept_question", "person_id", DELETE),
    Personal("offer", "buyer_id"),
    Personal("offer_step", "actor_id", "SET note = ''"),
    Personal("talk", "writer_id reader_id", DELETE),
    Personal("booking", "seller_id buyer_id", "SET why = NULL"),
    Personal("pickup", where=f"t.driver_id = :person OR t.booking_id IN ({_BOOKED})", acted="driver_id",
             hidden="secret"),
    Personal("weighment", where=f"t.booking_id IN ({_BOOKED})", acted="actor_id"),
    Personal("inspection", where=f"t.booking_id IN ({_BOOKED})", acted="actor_id"),
    Personal("dispute", where=f"t.booking_id IN ({_BOOKED})", leaving=f"SET {_OWN_WORDS}",
             acted="opener_id decided_by"),
    Personal("batch", "buyer_id", "SET lat = round(lat::numeric, 1), lon = round(lon::numeric, 1)"),
    Personal("rating", "rater_id rated_id"),
    Personal("ledger_account", "owner_id"),
    Personal("cash_handover", "agent_id", acted="taken_by"),
    Personal("payment", "payer_id"),
    Personal("payment_day", "person_id", DELETE),
    Personal("refund", where=f"t.payment_id IN ({_PAID})", acted="asked_by"),
    Personal("payout", "person_id"),
    Personal("payout_destination", "person_id", _NO_ACCOUNT, acted="confirmed_by", hidden=_SEALED),
    Personal("kyc", "person_id", DELETE, acted="reviewer_id"),
    Personal("kyc_document", "person_id", DELETE, hidden=f"{_SEALED} salt recognition", files="ARRAY[t.media_key]"),
    Personal("flag", "person_id", acted="reviewed_by"),
    Personal("grading", "person_id", "SET photos = '{}', picture = NULL, file_name = NULL, features = NULL",
             acted="graded_by", hidden="features shadow", files="ARRAY[t.picture]"),
    Personal("photo", "person_id", DELETE, hidden="likeness", files="ARRAY[t.key]"),
    Personal("photo_print", where=_PHOTO_OF, leaving=DELETE, hidden="bits codes", shared=True),
    Personal("photo_use", where=_PHOTO_OF, leaving=DELETE),
    Personal("notification", "person_id", DELETE),
    Personal("agent_pin", "person_id", DELETE, hidden="salt pin_hash"),
    Personal("agent_day", "person_id", DELETE),
    Personal("agent_ask", "person_id", f"SET terms = '{{}}', {_UNASKED}", acted="agent_id",
             parting=f"SET {_UNASKED}", hidden="seal"),
    Personal("agent_deed", "person_id agent_id", "SET digest = ''", hidden="digest"),
    Personal("webhook_endpoint", "owner_id", DELETE),
    Personal("session", "person_id", DELETE),
    Personal("idempotency_key", "person_id", DELETE, hidden="fingerprint"),
    Personal("conversation", "person_id", DELETE),
    Personal("message", "person_id", DELETE),
    Personal("inbound", "person_id", DELETE),
    Personal("waiting", where=_WROTE, leaving=DELETE, hidden="claimed_at"),
    Personal("outbox", "person_id", DELETE, hidden="reply"),
    Personal("media", "person_id", DELETE, files="ARRAY[t.key]"),
    Personal("call", "person_id", DELETE, where=f"t.person_id = :person OR {_RANG}"),
    Personal("recording", "person_id", DELETE, files="ARRAY[t.key]"),
    Personal("hearing", "person_id", DELETE),
    Personal("handover", "person_id", DELETE, acted="taken_by"),
    Personal("speech", where="FALSE", files="ARRAY[t.key]"),  # nobody's, said to many; but its files are in use
    Personal("audit_personal", "person_id", DELETE, hidden="salt"),
    Personal("audit_entry", "actor_id", hidden="commitment prev_hash hash"),
    Personal("deletion", "person_id"),
)  # fmt: skip

#: They name a person, but not as one: what the office did for the market, and nothing of their own.
OFFICE_ACTS = {
    ("residue_reference", "set_by"),
    ("payment_word", "cleared_by"),
    ("grade_rule", "set_by"),
    ("eye_model", "promoted_by"),
}
