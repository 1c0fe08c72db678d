"""The commands of `mandi` about questions that nobody here could answer yet."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from bot.cli_channels import KOLKATA, AtTenant
from marketplace_core.tenants import HOUSE

questions = typer.Typer(help="What people asked and nobody could answer yet.", invoke_without_command=True)


@questions.callback()
def list_questions(context: typer.Context, tenant: AtTenant = HOUSE) -> None:
    """What people asked and nobody could answer yet."""
    if context.invoked_subcommand:
        return
    from bot import needs
    from marketplace_core.questions.queries import waiting

    with needs.surroundings(rasa=False) as house:
        for each in needs.at_desk(house, tenant, waiting):
            since = f"{each.asked_at.astimezone(KOLKATA):%Y-%m-%d %H:%M}"
            print(f"{each.id}  {since}  {each.intent}  {each.language}  {each.words}")


@questions.command("answer")
def answer(
    question: Annotated[UUID, typer.Argument(help="Its id.")],
    text: Annotated[str, typer.Argument(help="The answer, in the language of the question.")],
    tenant: AtTenant = HOUSE,
) -> None:
    """Sends the answer to whoever asked, in chat."""
    from bot import needs
    from marketplace_core.errors import BadTerms, Moved, NotFound
    from marketplace_core.questions.commands import LONGEST_ANSWER, answer_question

    with needs.surroundings(rasa=False) as house:
        try:
            needs.at_desk(house, tenant, lambda desk: answer_question(desk, question, answer=text))
        except (NotFound, Moved):
            sys.exit("No such question waits for an answer.")
        except BadTerms:
            sys.exit(f"An answer has 1 to {LONGEST_ANSWER} letters.")
