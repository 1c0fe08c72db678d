"""The eyes do not have the last word: an owner may ask an agent, and says which crop it is if that is in doubt."""

from collections.abc import Sequence
from typing import Any

from flows.agenda import MENU
from flows.asks import Choice, Pick, Row
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.grade import LOOKING
from flows.heard import Heard
from flows.refusals import sorry
from flows.say import Option, Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.commodities import COMMODITIES
from marketplace_core.errors import Moved, NotMet, Refused
from marketplace_core.grading import commands as gradings
from marketplace_core.grading import queries


def _mine(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    mine = yield from market(queries.mine, turn.person.id, limit=9)
    rows = [
        Row(one.code, msg("{code}", code=one.code), msg("{what:commodity}", what=one.commodity))
        for one in mine
        if one.judged_by == "eyes" and one.appealed_at is None
    ]
    return rows or Over((msg("There is no photo that an agent could look at again."),), (MENU,))


def _to_an_agent(turn: Turn, frame: Frame) -> Steps[None]:
    try:
        yield from market(gradings.appeal, actor_id=turn.person.id, code=frame.slots["code"])
        turn.say(msg("An agent will look at it. I write to you then."))
    except (Moved, NotMet):
        turn.say(msg("An agent has it already. I write to you then."))
    except Refused as refusal:
        sorry(turn, refusal)


#: "Ask an agent" under what the eyes said.
APPEAL = Flow(
    "appeal",
    title=msg("your photo"),
    asks=(
        Pick(
            "code",
            text=msg("Choose one of the list."),
            name=msg("Photos"),
            example=msg("Choose one of the list."),
            why=msg("A person can help you now."),
            rows=_mine,
        ),
    ),
    commit=_to_an_agent,
    deed=("code",),
)


class Which(Choice):
    """The picture looks like one crop and another was said: only its owner knows."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        asked = yield from market(queries.by_code, frame.slots["code"])
        doubt = (asked.report or {}).get("doubt") if asked else None
        if not asked or not doubt or asked.state != "asked":
            return Over((msg("An agent has it already. I write to you then."),))
        frame.note["between"] = [doubt, asked.commodity]
        return Question(
            (
                msg(
                    "It looks like {seen:commodity}. You said {said:commodity}. Which is right?",
                    seen=doubt,
                    said=asked.commodity,
                ),
            ),
            tuple(
                Option(each, Say(COMMODITIES[each].name, context="commodity"))
                for each in (doubt, asked.commodity)
            ),
        )

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        named = heard.values.get("commodity")
        return Filled(named) if named in frame.note.get("between", ()) else None
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return Filled(choice) if choice in frame.note.get("between", ()) else None
        yield

    def show(self, value: Any) -> Say:
        return msg("{what:commodity}", what=value)


def _settle(turn: Turn, frame: Frame) -> Steps[None]:
    chosen, was = frame.slots["commodity"], frame.note["between"][1]
    try:
        asked = yield from market(
            gradings.correct, actor_id=turn.person.id, code=frame.slots["code"], commodity=chosen
        )
    except Refused as refusal:
        sorry(turn, refusal)
        return
    if chosen == was:
        turn.say(msg("An agent will look at it. I write to you then."))
        return
    turn.say(LOOKING)
    if asked.listing:
        turn.say(
            msg(
                "Your sale {code} still says {was:commodity}. If that is wrong, take it down and sell anew.",
                code=asked.listing,
                was=was,
            )
        )


DOUBT = Flow(
    "doubt",
    title=msg("your photo"),
    asks=(
        Which(
            "commodity",
            text=msg("Which is right?"),
            name=msg("What"),
            example=msg("Choose one of these."),
            why=msg("I look for other things in each crop."),
            choices=(),
        ),
    ),
    commit=_settle,
    keyed="code",
)
