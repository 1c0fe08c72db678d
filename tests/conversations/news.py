"""What comes from outside in a script: what mandis report, and what the office answers at last.

    (Moga reports onion at 2100)   (Moga reports onion from 1800 to 2100 for 40 days)
    (the office answers: No rain until Friday.)              the question that waits longest

Prices that are shipped are older than the stories that are told; what a script adds is taken away behind it.
"""

import re
from datetime import date, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from marketplace_core.alerts import commands as alerts
from marketplace_core.desk import Desk
from marketplace_core.pricing.models import market, market_price
from marketplace_core.pricing.reported import today
from marketplace_core.questions import queries as questions
from marketplace_core.questions.commands import answer_question

REPORTS = re.compile(
    r"\((?P<district>\w+) reports (?P<what>\w+) "
    r"(?:at|from (?P<first>\d+) to) (?P<last>\d+)(?: for (?P<days>\d+) days)?\)"
)
ANSWERS = re.compile(r"\(the office answers: (?P<answer>.+)\)")
#: A few mandis of the district report, each a little less than the one before.
MANDIS, LESS = 3, 20
DAYS = 14
#: What is shipped ends in July.
TOLD_IN_SCRIPTS = date(2026, 8, 1)
FORGET = text("DELETE FROM market_price WHERE day >= :since")


async def came(desk: Desk, line: str) -> bool:
    if said := REPORTS.fullmatch(line):
        await _report(desk, said, today(desk))
        await alerts.tell_who_waits(desk)
    elif said := ANSWERS.fullmatch(line):
        longest, *_ = await questions.waiting(desk)
        await answer_question(desk, longest.id, answer=said["answer"])
    else:
        return False
    return True


async def _report(desk: Desk, said: re.Match[str], until: date) -> None:
    """A price a day until today, from the first to the last in equal steps."""
    days = int(said["days"] or DAYS)
    last = int(said["last"])
    first = int(said["first"] or last)
    mandis = await desk.db.execute(
        select(market.c.id)
        .where(market.c.district == said["district"])
        .order_by(market.c.exact.desc(), market.c.name)
        .limit(MANDIS)
    )
    rows = []
    for place, number in enumerate(mandis.scalars().all()):
        for ago in range(days):
            rupees = round(last - (last - first) * ago / days) - LESS * place
            paise = dict.fromkeys(("low_paise", "likely_paise", "high_paise"), rupees * 100)
            day = until - timedelta(days=ago)
            rows.append(
                {"commodity": said["what"], "market_id": number, "day": day, "source": "agmarknet"} | paise
            )
    assert rows, f"no mandi is known at {said['district']}"
    new = insert(market_price)
    prices = {name: new.excluded[name] for name in ("low_paise", "likely_paise", "high_paise")}
    await desk.db.execute(
        new.on_conflict_do_update(index_elements=("commodity", "market_id", "day"), set_=prices), rows
    )


async def forget(desk: Desk) -> None:
    """Prices are shared by all stories."""
    await desk.db.execute(FORGET, {"since": TOLD_IN_SCRIPTS})
