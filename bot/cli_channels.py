"""The commands of `mandi` about carriers: templates, and what nobody got."""

import asyncio
import csv
import sys
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from bot.settings import settings
from marketplace_core.tenants import HOUSE

KOLKATA = ZoneInfo("Asia/Kolkata")
AtTenant = Annotated[int, typer.Option("--tenant", min=1, help="The organisation; see `mandi tenant list`.")]

templates = typer.Typer(help="WhatsApp's message templates at Twilio.", no_args_is_help=True)
dlt = typer.Typer(help="India's register of SMS templates.", no_args_is_help=True)
undelivered = typer.Typer(help="Messages that nobody got, for somebody to see to.", no_args_is_help=True)


@dlt.command("templates")
def dlt_templates(
    language: Annotated[str | None, typer.Option(help="Only this one: hi, kn …")] = None,
    said: Annotated[bool, typer.Option("--said", help="As conversations went, from the outbox.")] = False,
    tenant: AtTenant = HOUSE,
) -> None:
    """Prints the SMS to register in India as CSV; with the ids filled in it is SMS_DLT_TEMPLATES."""
    from bot import needs
    from bot.carriers.gateway.register import FIELDS, rows, rows_said

    if said:
        with needs.surroundings(rasa=False) as house:
            found = needs.at_desk(house, tenant, rows_said)
    else:
        found = list(rows(datetime.now(KOLKATA), language))
    written = csv.writer(sys.stdout)
    written.writerow(FIELDS)
    written.writerows(dict.fromkeys(row for row in found if language in (None, row[1].partition("_")[0])))


@templates.command("sync")
def templates_sync(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only says what would be done.")] = False,
) -> None:
    """Makes what is missing at Twilio, asks for approval, and prints TWILIO_CONTENT_SIDS; deletes nothing."""
    from bot.carriers.refusals import Refused
    from bot.carriers.twilio.syncing import sync

    try:
        for line in asyncio.run(sync(settings(), dry_run=dry_run)):
            print(line)
    except Refused as refusal:
        sys.exit(f"Twilio refuses: {refusal}")


@undelivered.command("list")
def list_undelivered(tenant: AtTenant = HOUSE) -> None:
    """Lists what failed for good, oldest first."""
    from bot import needs
    from bot.outbox.dead import dead_letters

    with needs.surroundings(rasa=False) as house:
        for each in needs.at_desk(house, tenant, dead_letters):
            since = f"{each.created_at.astimezone(KOLKATA):%Y-%m-%d %H:%M}"
            what = each.error_code or each.status or "too late"
            print(f"{each.id}  {since}  {each.recipient}  {each.purpose}  {what}")


@undelivered.command("settle")
def settle_undelivered(
    message: Annotated[UUID, typer.Argument(help="Its id.")], tenant: AtTenant = HOUSE
) -> None:
    """Takes one off the list: somebody has seen to it."""
    from bot import needs
    from bot.outbox.dead import settle

    with needs.surroundings(rasa=False) as house:
        if not needs.at_desk(house, tenant, lambda desk: settle(desk, message)):
            sys.exit("No such message is on the list.")


@undelivered.command("again")
def undelivered_again(
    message: Annotated[UUID, typer.Argument(help="Its id.")], tenant: AtTenant = HOUSE
) -> None:
    """Sends one again, now that what stood in its way is put right."""
    from bot import needs
    from bot.outbox.dead import send_again

    with needs.surroundings(rasa=False) as house:
        if not needs.at_desk(house, tenant, lambda desk: send_again(desk, message)):
            sys.exit("No such message is on the list.")
