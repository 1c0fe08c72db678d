"""An agent wants to do something for somebody: they agree or not, or tell the agent the code they are sent."""

from typing import Any
from uuid import UUID

from flows.agenda import MENU
from flows.asks import YesNo
from flows.flow import Flow, Over, Question
from flows.money import ask_to_pay
from flows.my_offers import forget_what_is_over
from flows.offer_acts import MY_BOOKINGS
from flows.refusals import OVER, sorry
from flows.register import CONSENT
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.agents import asking
from marketplace_core.agents.asking import TooLate
from marketplace_core.agents.doing import BINDS, Wanted
from marketplace_core.bookings import queries as bookings
from marketplace_core.errors import Refused
from marketplace_core.logins import proofs


def _in_words(it: Wanted, agent: str) -> Say:
    terms = it.terms
    about: dict[str, Any] = {"agent": agent, "code": it.subject}
    if "kg" in terms:
        about["amount"] = {"kg": terms["kg"], "unit": terms["unit"]}
    if "per" in terms:
        about["price"] = {"paise": terms["paise"], "per": terms["per"]}
    said = {
        "act": msg("{agent} wants to speak for you in this market. May they?"),
        "sell": msg(
            "{agent} wants to sell for you: {what:commodity}, {amount:mass}, {price:rate}. Shall I publish it?",
            what=terms.get("commodity"),
        ),
        "offer": msg("{agent} wants to offer {price:rate} for you: {amount:mass} of {code}."),
        "counter": msg("{agent} wants to name {price:rate} for you: {amount:mass}, offer {code}."),
        "acc": msg("{agent} wants to accept {price:rate} for you: {amount:mass}, offer {code}."),
        "book": msg("{agent} wants to book {amount:mass} of {code} for you, at {price:rate}."),
        "conf": msg("{agent} wants to confirm the booking {code} for you."),
        "canc": msg("{agent} wants to call off the booking {code} for you."),
        "dlv": msg("{agent} has brought {code}. Have you received it?"),
        "cod": msg(
            "{agent} says that you paid {sum:money} in cash for {code}. Is it so?", sum=terms.get("paise")
        ),
        "reg": msg(
            "{agent} wants to register you and speak for you: {name}, {pin}. May I keep this and your number?",
            name=terms.get("name"),
            pin=terms.get("place", {}).get("pincode"),
        ),
    }[it.kind]
    return Say(said.text, {**about, **said.blanks})


def _where_and_when(turn: Turn, it: Wanted) -> list[Say]:
    """Of a sale: where it lies and from when, unless it is at home and from today."""
    place, since = it.terms.get("place"), it.terms.get("from")
    if it.kind != "sell" or not place or not since:
        return []
    home = turn.person.place
    away = home is None or place != home.to_json()
    said = [msg("{place:place}", place=place)] if away else []
    said += [msg("from {day:day}", day=since)] if since > turn.today.isoformat() else []
    return [msg("{lines:list}", lines=[each.to_json() for each in said])] if said else []


#: What drivers ask, who are nobody's agents: not whether it shall be, but whether it has been.
BY_DRIVERS = frozenset({"dlv", "cod"})
NOT_YET = Option("no", label("Not yet"))


class Agreement(YesNo):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        ask_id = UUID(frame.slots["ask"])
        wanted = yield from market(asking.waiting, ask_id)
        if wanted is None:
            return Over((OVER["question"],))
        agent = (yield from market(people.person, wanted.agent_id)).name or "*"
        parts = [_in_words(wanted, agent)]
        parts += _where_and_when(turn, wanted)
        if grade := wanted.terms.get("grade"):
            parts.append(msg("Grade: {grade}.", grade=grade))
        if wanted.kind == "reg" and not turn.channel.terse:  # two screens of SMS: nobody would see the end
            parts.append(CONSENT)
        frame.note["shown"] = [part.to_json() for part in parts]
        # written when it was asked, it reaches the real phone; aloud, whoever has called
        if wanted.kind in BINDS and turn.channel.name != "voice":
            drawn = yield from market(proofs.draw)
            yield from market(asking.keep_seal, ask_id, drawn.seal)
            parts.append(msg("You can also tell {agent} this code: {code}", agent=agent, code=drawn.code))
        return Question(tuple(parts), (self.yes, NOT_YET if wanted.kind in BY_DRIVERS else self.no))


def _at_stake(turn: Turn, frame: Frame) -> Steps[Say]:
    return Say.from_json(frame.note["shown"][0])
    yield


def _answer(turn: Turn, frame: Frame) -> Steps[None]:
    ask_id, me = UUID(frame.slots["ask"]), turn.person.id
    try:
        if not frame.slots["agreed"]:
            yield from market(asking.refuse, ask_id=ask_id, by_id=me)
            turn.say(msg("Nothing was done. I tell your agent."))
            return
        agreed = yield from market(asking.agree, ask_id=ask_id, by_id=me)
    except Refused as refusal:
        sorry(turn, refusal)
        return
    if isinstance(agreed, TooLate):
        sorry(turn, agreed.why)
        return
    if frame.slots["kind"] == "reg":  # only a yes that counted is kept
        yield from market(
            accounts.give_consent,
            me,
            purpose="marketplace",
            language=turn.person.language,
            wording="\n".join(turn.words(Say.from_json(part)) for part in frame.note["shown"]),
            channel=turn.channel.name,
        )
    turn.person = yield from market(people.person, me)
    if frame.slots["kind"] == "sell":
        turn.say(msg("Published. Your listing is {code}.", code=agreed.code))
        turn.offer(Option("mine", label("My listings"), deed="go:my_listings"), MENU)
    elif frame.slots["kind"] == "reg":
        turn.say(msg("You have joined, {name}.", name=turn.person.name))
    else:
        to_driver = frame.slots["kind"] in BY_DRIVERS
        turn.say(msg("Thank you for telling me.") if to_driver else msg("Thank you. I tell your agent."))
        if pay := (yield from accepted(turn, frame.slots["kind"], agreed.code)):
            turn.offer(*pay, MY_BOOKINGS, MENU)


def accepted(turn: Turn, kind: str, code: str) -> Steps[tuple[Option, ...]]:
    """An offer accepted with somebody's yes is theirs to pay, and no question any more.

    What the agent has booked for them the farmer confirms first; they hear the sum with that.
    """
    yield from forget_what_is_over(turn)
    booking = (yield from market(bookings.by_code, code)) if kind == "acc" else None
    if not booking or booking.buyer_id != turn.person.id:
        return ()
    return (yield from ask_to_pay(turn, booking))


AGENT_ASKS = Flow(
    "agent_asks",
    title=msg("your agent's question"),
    asks=(
        Agreement(
            "agreed",
            text=msg("Your agent asks you something."),
            name=msg("Right"),
            example=msg("Answer Yes or No."),
            why=msg("Nothing is done in your name without your word."),
        ),
    ),
    commit=_answer,
    guarded=lambda turn, frame: frame.slots["agreed"],
    at_stake=_at_stake,
    members=False,
    keyed="ask",
    binds=True,
)
