"""The commands of `mandi` about agents: their PINs and the card they carry."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli_channels import AtTenant
from marketplace_core.tenants import HOUSE

agents = typer.Typer(help="Field agents and drivers who write short commands.", no_args_is_help=True)

Phone = Annotated[str, typer.Argument(help="+91…")]


@agents.command("pin")
def agent_pin(
    phone: Phone,
    role: Annotated[
        Literal["field_agent", "delivery_agent"] | None, typer.Option(help="Makes them one, too.")
    ] = None,
    tenant: AtTenant = HOUSE,
) -> None:
    """Gives an agent a new PIN and prints it; who was signed in with the old one is not any more."""
    from bot import needs
    from marketplace_core.agents import rules, signing
    from marketplace_core.desk import Desk
    from marketplace_core.errors import NotFound

    pin = rules.new_pin()

    async def give(desk: Desk) -> None:
        if role:
            await signing.give_role(desk, phone=phone, role=role)
        await signing.set_pin(desk, phone=phone, pin=pin)

    with needs.surroundings(rasa=False) as house:
        try:
            needs.at_desk(house, tenant, give)
        except NotFound:
            sys.exit("Nobody is known at that number. With --role they become an agent.")
    print(pin)


@agents.command("list")
def agent_list(tenant: AtTenant = HOUSE) -> None:
    """Lists agents and drivers: the id that the API knows them by, number, roles and name."""
    from bot import needs
    from marketplace_core.agents.queries import all_agents

    with needs.surroundings(rasa=False) as house:
        for each in needs.at_desk(house, tenant, all_agents):
            print(f"{each.id}  {each.phone or '-':13}  {' '.join(each.roles):14}  {each.name or '-'}")


def help_card(
    language: Annotated[str, typer.Argument(help="hi, kn …")],
    to: Annotated[Path | None, typer.Option(help="card.txt, card.png or card.pdf; none: prints it.")] = None,
) -> None:
    """Prints the card of the short commands."""
    from flows.languages import LANGUAGES
    from flows.shortcodes import card

    if language not in LANGUAGES:
        sys.exit(f"No such language; choose among: {', '.join(LANGUAGES)}")
    if to is None:
        print(card.text(language), end="")
    elif to.suffix.lower() not in card.WRITTEN:
        sys.exit(f"It can be written as {', '.join(card.WRITTEN)}.")
    else:
        card.write(language, to)
