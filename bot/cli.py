"""`mandi`, the one door to everything; what a command needs is imported inside it, so that help is quick."""

import asyncio
import json
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from bot import logs
from bot.cli_agents import agents, help_card
from bot.cli_channels import AtTenant, dlt, templates, undelivered
from bot.cli_grading import grading
from bot.cli_questions import questions
from bot.settings import NotConfigured, settings
from marketplace_core.tenants import HOUSE

KOLKATA = ZoneInfo("Asia/Kolkata")

app = typer.Typer(
    name="mandi",
    help="Mandi Mitra, a market friend for Indian farmers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Port = Annotated[int, typer.Option(min=1, max=65535, help="Where the web server listens.")]


tenants = typer.Typer(help="Organisations with numbers of their own.", no_args_is_help=True)
app.add_typer(tenants, name="tenant")
app.add_typer(grading, name="grading")
app.add_typer(templates, name="templates")
app.add_typer(undelivered, name="undelivered")
app.add_typer(dlt, name="dlt")
app.add_typer(agents, name="agent")
app.command("help-card")(help_card)
app.add_typer(questions, name="questions")


def main() -> None:
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # libraries' notes to developers; `python -W default` shows them
    logs.configure("WARNING")  # quiet, and from here on no line quotes what a person wrote
    try:
        app()
    except NotConfigured as missing:
        sys.exit(str(missing))


@app.command()
def up(port: Port = 8000) -> None:
    """Sets everything up and starts the bot with its simulator."""
    from bot.up import up

    sys.exit(up(port))


@app.command()
def web(
    port: Port = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Runs the web server alone."""
    import uvicorn

    from bot import needs
    from bot.app import create_app

    with needs.surroundings() as house:
        logs.configure(house.log_level)
        uvicorn.run(
            create_app(house),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )


@app.command()
def worker() -> None:
    """Runs the worker alone: news, reminders, expiry, photos."""
    from bot import needs
    from bot.pulse import with_pulse
    from bot.worker import work

    with needs.surroundings() as house:
        asyncio.run(with_pulse(work(house)))


@app.command()
def chat(
    channel: Annotated[
        Literal["whatsapp", "sms", "voice"], typer.Option(help="How the answers look, or sound.")
    ] = "whatsapp",
    phone: Annotated[str, typer.Option(help="Who is speaking.")] = "+919845000001",
    language: Annotated[str | None, typer.Option(help="en, hi or kn; kept for this phone.")] = None,
) -> None:
    """Talks with the bot in the terminal."""
    from bot import needs
    from bot.chat import chat

    with needs.surroundings() as house:
        asyncio.run(chat(house, channel, phone, language))


@app.command()
def demo(
    to: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Writes the transcript there, as Markdown.")
    ] = None,
) -> None:
    """Tells the story of one lot, from photo to payout."""
    from bot.demo.play import demo

    sys.exit(demo(to))


@app.command()
def understand(
    text: Annotated[
        list[str] | None, typer.Argument(help="Sentences; none: JSON lines of the input.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="The speaker's language: en, hi, kn, pa, mr, te, ta, bn, gu, ml.")
    ] = None,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help='Where "tomorrow" starts.')
    ] = None,
) -> None:
    """Says what is understood of each sentence, as JSON."""
    from bot import needs
    from nlu.understand import understand_lines

    asked = (json.dumps({"text": each, "language": language}) for each in text) if text else sys.stdin
    day = today.date() if today else datetime.now(KOLKATA).date()
    with needs.surroundings(database=False) as house:
        asyncio.run(understand_lines(asked, sys.stdout, rasa_url=house.rasa_url, today=day))


@app.command()
def grade(
    photos: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="Each is a lot of its own.")
    ],
    commodity: Annotated[
        str | None, typer.Option(help="What it was said to be: wheat, paddy_straw …")
    ] = None,
    eye: Annotated[
        Literal["produce", "grain", "kernel", "straw", "leaf"] | None,
        typer.Option("--as", help="Which eye shall look; otherwise what is seen decides."),
    ] = None,
    moisture: Annotated[float | None, typer.Option(min=0, max=100, help="In percent, from a meter.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a photo and line.")] = False,
) -> None:
    """Grades photos, on the path that a farmer's photo takes."""
    from bot.grading import in_words, reports
    from marketplace_core.commodities import COMMODITIES
    from marketplace_core.grading.report import Answers, Moisture

    if commodity is not None and commodity not in COMMODITIES:
        sys.exit(f"{commodity} is not traded here; choose among: {', '.join(sorted(COMMODITIES))}")
    said = Answers(moisture=None if moisture is None else Moisture(moisture / 100, "meter"))
    for photo, found in reports(
        photos, commodity=commodity, eye=eye, answers=said, now=datetime.now(KOLKATA)
    ):
        if as_json:
            print(json.dumps({"photo": str(photo)} | found.to_json(), ensure_ascii=False), flush=True)
        else:
            print(*in_words(photo, found), sep="\n", flush=True)


@app.command()
def migrate() -> None:
    """Brings tables, gazetteer and prices up to date."""
    from bot import needs

    house = settings()
    if house.database_url:
        needs.prepare_database(house)
    else:
        with needs.own_database(house):
            pass


@app.command()
def seed() -> None:
    """Fills the market with people and lots to try."""
    from bot import needs

    with needs.surroundings(rasa=False) as house:
        needs.fill_market(house)


@app.command()
def waiting(tenant: AtTenant = HOUSE) -> None:
    """Lists who waits for the office, longest first."""
    from bot import needs
    from bot.handover import handovers

    with needs.surroundings(rasa=False) as house:
        for each in needs.at_desk(house, tenant, handovers):
            print(f"{each.since.astimezone(KOLKATA):%Y-%m-%d %H:%M}  {each.address}")
            for line in each.summary:
                print(f"    {line}")


@app.command()
def release(
    person: Annotated[str, typer.Argument(help="Their phone number, as +91…")], tenant: AtTenant = HOUSE
) -> None:
    """Gives a conversation back from the office to the bot."""
    from bot import needs
    from bot.handover import release

    with needs.surroundings(rasa=False) as house:
        if not needs.at_desk(house, tenant, lambda desk: release(desk, person)):
            sys.exit("No person from the office is in charge of that conversation.")


@tenants.command("add")
def add_tenant(
    name: Annotated[str, typer.Argument(help="The organisation's name.")],
    number: Annotated[
        list[str] | None, typer.Option(help="whatsapp:+91… or, for SMS, +91…; one for each channel.")
    ] = None,
) -> None:
    """Opens a market for an organisation, reached at its own numbers."""
    from bot import needs
    from bot.tenants import NotANumber, add
    from marketplace_core.errors import Refused

    with needs.surroundings(rasa=False) as house:
        try:
            print(needs.with_engine(house, lambda engine: add(engine, name, number or [])))
        except NotANumber as wrong:
            sys.exit(f"{wrong} is neither whatsapp:+91… nor +91….")
        except Refused:
            sys.exit("The name is empty, or a number is taken or doubled; nothing was added.")


@tenants.command("list")
def list_tenants() -> None:
    """Lists the organisations with their numbers."""
    from bot import needs
    from bot.tenants import listed

    with needs.surroundings(rasa=False) as house:
        for each in needs.with_engine(house, listed):
            print(f"{each.id:4}  {each.name}  {' '.join(each.numbers)}".rstrip())


@app.command()
def rewrap() -> None:
    """Puts all that is sealed under the vault's newest key."""
    from bot import needs
    from marketplace_core.rewrapping import rewrap_everything
    from marketplace_core.settings import MarketSettings
    from marketplace_core.vault import VaultNotConfigured, open_vault

    with needs.surroundings(rasa=False) as house:
        try:
            vault = open_vault(MarketSettings(mandi_home=house.mandi_home))
        except VaultNotConfigured as fault:
            sys.exit(str(fault))
        now = datetime.now(KOLKATA)
        print(needs.with_engine(house, lambda engine: rewrap_everything(engine, now, vault)))


@app.command()
def train() -> None:
    """Trains the language model, if its data has changed."""
    from bot import needs

    needs.rasa(settings())


@app.command()
def bench() -> None:
    """Measures turns per second beside a bare webhook."""
    from bot.bench import bench

    sys.exit(bench())


@app.command("bench-carriers")
def bench_carriers(
    seconds: Annotated[float, typer.Option(min=5, max=600, help="How long people write, a fault.")] = 20,
    rate: Annotated[float, typer.Option(min=1, max=500, help="Messages a second.")] = 50,
    fault: Annotated[
        list[str] | None, typer.Option(help="none, server-killed …; all when not given.")
    ] = None,
) -> None:
    """Counts what is lost or doubled while something breaks."""
    from bot.bench_carriers.faults import FAULTS
    from bot.bench_carriers.run import bench_carriers

    if unknown := set(fault or ()) - set(FAULTS):
        sys.exit(f"No such fault: {', '.join(sorted(unknown))}; choose among: {', '.join(FAULTS)}")
    sys.exit(bench_carriers(seconds, rate, fault or list(FAULTS)))


if __name__ == "__main__":
    main()
