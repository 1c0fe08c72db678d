"""What a code of Twilio's means for us, in REST answers and in status callbacks alike."""

from collections.abc import Mapping

from bot.carriers.refusals import NOBODY_KNOWS, RATE_LIMITED, UNLISTED, Act, Kind, Remedy

# From Twilio's error dictionary, https://www.twilio.com/docs/api/errors
_TABLE: tuple[tuple[str, Kind, Act, str], ...] = (
    ("63016", "permanent", "approved_template", "free text outside the 24-hour window"),
    ("63017 63018", "temporary", "retry", "channel or account limit"),
    ("63003 63024", "permanent", "other_channel", "no such recipient on WhatsApp"),
    ("63015", "permanent", "join_sandbox", "the recipient has not joined the sandbox"),
    ("63013 63014 63026 63032 63033", "permanent", "suppress", "policy, spam limit or blocked by the person"),
    ("63019 63021 63034 63037 11751 21620 21623", "permanent", "repair_media", "media unusable"),
    ("63027 63028 63040 63041 21655 21656", "permanent", "configuration", "content template or variables"),
    ("63001 63007 63020", "permanent", "configuration", "sender or channel not set up"),
    ("21211 21214 21217 21612 21614", "permanent", "other_channel", "number wrong or out of reach"),
    ("21610", "opted_out", "opt_out", "the person has opted out"),
    ("21408 21606 21608 21601", "permanent", "configuration", "number or region not permitted"),
    ("21602 21603 21604 21617", "permanent", "bug", "message without body, sender or recipient, or too long"),
    ("14107 20429 21611 30001", "temporary", "retry", "rate or queue limit, not processed"),
    ("30003 30017 30410", "temporary", "retry_later", "handset off, network congested or late"),
    ("30005 30006", "permanent", "other_channel", "unknown number or landline"),
    ("30004 30007 30018 30024 30450", "permanent", "compliance", "blocked, filtered or not registered"),
    ("11200 11205 11215 12100 12200 12300", "temporary", "page", "our webhook failed"),
    ("20003 20404", "permanent", "configuration", "account or token wrong"),
)

REMEDIES: Mapping[int, Remedy] = {
    int(code): Remedy(kind, act, meaning) for codes, kind, act, meaning in _TABLE for code in codes.split()
}


def remedy(code: int | None, http_status: int | None = None) -> Remedy:
    """`http_status` is given for answers to REST calls, `code` also stands in status callbacks."""
    if code is not None and code in REMEDIES:
        return REMEDIES[code]
    if http_status == 429:
        return RATE_LIMITED
    if http_status is not None and http_status >= 500:
        return NOBODY_KNOWS
    return UNLISTED
