"""The commands of `mandi` about the models behind the grades."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_channels import AtTenant
from marketplace_core.tenants import HOUSE

grading = typer.Typer(help="The models behind the grades.", no_args_is_help=True)

ModelName = Annotated[str, typer.Argument(help="kinds, produce, coffee, potato or kernels.")]
PhotoSets = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="The folder that holds photos/.")
]


@grading.command("train")
def grading_train(data: PhotoSets) -> None:
    """Trains the eyes anew and measures them; the same as make train-eyes."""
    from bot.grading import in_workshop

    sys.exit(in_workshop("train-eyes", data))


@grading.command("eval")
def grading_eval(data: PhotoSets) -> None:
    """Measures the eyes on photos they never saw; the same as make eval-eyes."""
    from bot.grading import in_workshop

    sys.exit(in_workshop("eval-eyes", data))


@grading.command("models")
def grading_models(tenant: AtTenant = HOUSE) -> None:
    """Lists the models, what serves and what is on trial."""
    from bot import needs
    from marketplace_core.grading.registry import models

    with needs.surroundings(rasa=False) as house:
        for each in needs.at_desk(house, tenant, models):
            print(f"{each.name:10} {each.version:12} {each.state:10} {each.sha256[:12]}  {each.licences}")


@grading.command("try")
def grading_try(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Named like the one it may replace.")
    ],
    tenant: AtTenant = HOUSE,
) -> None:
    """Puts a newly trained model on trial: it sees one photo in ten beside the one that serves."""
    from bot import needs
    from marketplace_core.errors import BadTerms
    from marketplace_core.grading.serving import try_out

    with needs.surroundings(rasa=False) as house:
        folder = house.mandi_home.resolve() / "models"
        try:
            model = needs.at_desk(house, tenant, lambda desk: try_out(desk, file, folder))
        except BadTerms as wrong:
            sys.exit(f"Not put on trial, because of its {wrong.field}.")
        print(f"{model.name} {model.version} is {model.state}.")


@grading.command("compare")
def grading_compare(name: ModelName, tenant: AtTenant = HOUSE) -> None:
    """Says how a model on trial and the serving one did on the same labels."""
    from bot import needs
    from marketplace_core.errors import NotFound
    from marketplace_core.grading.registry import compare

    with needs.surroundings(rasa=False) as house:
        try:
            found = needs.at_desk(house, tenant, lambda desk: compare(desk, name))
        except NotFound:
            sys.exit(f"No model of the name {name} is on trial.")
    print(f"{found.labels} labels; {found.serving} right in {found.serving_right},", end=" ")
    print(f"{found.challenger} in {found.challenger_right}; p {found.p:.3g}; better: {found.better}")


@grading.command("promote")
def grading_promote(name: ModelName, tenant: AtTenant = HOUSE) -> None:
    """Lets the model on trial serve, where labels show it to be better."""
    from bot import needs
    from marketplace_core.errors import NotFound
    from marketplace_core.grading.errors import NotBetter
    from marketplace_core.grading.registry import promote

    with needs.surroundings(rasa=False) as house:
        try:
            print(needs.at_desk(house, tenant, lambda desk: promote(desk, name, actor_id=None)).version)
        except NotFound:
            sys.exit(f"No model of the name {name} is on trial.")
        except NotBetter as refusal:
            sys.exit(f"Not promoted: {refusal}")


@grading.command("roll-back")
def grading_roll_back(name: ModelName, tenant: AtTenant = HOUSE) -> None:
    """Lets the model that served before serve again."""
    from bot import needs
    from marketplace_core.grading.errors import NothingBefore
    from marketplace_core.grading.registry import roll_back

    with needs.surroundings(rasa=False) as house:
        try:
            print(needs.at_desk(house, tenant, lambda desk: roll_back(desk, name, actor_id=None)).version)
        except NothingBefore:
            sys.exit("No other model has served before.")
