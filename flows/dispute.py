"""Something is wrong with a booking: said with words and photos, answered by the other side, decided by the office."""

from datetime import datetime
from uuid import UUID

from flows.agenda import MENU, PERSON
from flows.asks import Choice, Photo, Text
from flows.booking_acts import MY_BOOKINGS, known, refused, which
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.say import Option, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, day_of, market
from marketplace_core.disputes import commands as disputes
from marketplace_core.disputes import queries
from marketplace_core.disputes.commands import LONGEST_TEXT
from marketplace_core.disputes.transitions import ANSWER_WITHIN, UNDER_WAY
from marketplace_core.errors import Refused

REASONS = (
    Option("weight", label("Weight")),
    Option("quality", label("Quality")),
    Option("payment", label("Money")),
    Option("not_delivered", label("Did not come")),
    Option("other", label("Something else")),
)
PASSED_ON = msg("I pass it on to the other side and to our office.")
OFFICE = msg("Our office decides now.")

#: What is said while the reason is asked, and means it: "it is about the quality" is no wish to have it graded.
MEANT = {"grade_photo": "quality", "payment_status": "payment"}
SENTENCE = 3


class Evidence(Photo):
    """Words instead of a photo are more of what was said, or a "no, I have none"; either way nothing more is asked."""

    expecting = "text"  # type: ignore[assignment]

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        if turn.heard.photos:
            return (yield from super().take(turn, frame))
        more = turn.heard.text.strip()
        if len(more.split()) >= SENTENCE:
            frame.slots["said"] = f"{frame.slots['said']}\n{more}"[:LONGEST_TEXT]
        return Filled([]) if more else None


EVIDENCE = Evidence(
    "photos",
    text=msg("Send a photo of it if you have one."),
    name=msg("Photos"),
    example=msg("Take a photo of the lot in daylight, from two steps away."),
    why=PASSED_ON,
    when=lambda turn, frame: turn.channel.photos or "photos" in frame.slots,
    optional=True,
    if_skipped=[],
)


class Reason(Choice):
    """A choice, or a sentence with its word in it; a sentence without is something else."""

    answers = frozenset({*MEANT, "dispute", "inform", "out_of_scope"})

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        said = turn.heard.text.casefold()
        named = next((one.id for one in self.choices if turn.words(one.label).casefold() in said), None)
        if named or turn.heard.intent in MEANT:
            return Filled(named or MEANT[turn.heard.intent])
        meant = turn.heard.intent in self.answers and len(said.split()) >= SENTENCE
        return Filled("other") if meant else None
        yield


def day_to_answer(opened: datetime) -> str:
    return day_of(opened + ANSWER_WITHIN)


def _photos(frame: Frame) -> tuple[UUID, ...]:
    return tuple(UUID(photo) for photo in frame.slots.get("photos") or ())


def _complain(turn: Turn, frame: Frame) -> Steps[None]:
    slots = frame.slots
    try:
        opened = yield from market(
            disputes.open_dispute,
            actor_id=turn.person.id,
            code=slots["code"],
            reason=slots["reason"],
            said=slots["said"],
            photos=_photos(frame),
        )
    except Refused as refusal:
        refused(turn, refusal)
        turn.offer(PERSON, MENU)
        return
    booking = yield from known(turn, slots["code"])
    if isinstance(booking, Over):
        return
    other = booking.seller_name if turn.person.id == booking.buyer_id else booking.buyer_name
    until = day_to_answer(opened.created_at)
    turn.say(
        msg(
            "I tell {name}. They have until {day:day} to answer. Then our office decides.",
            name=other,
            day=until,
        )
    )
    turn.offer(MY_BOOKINGS, MENU)


class WhatDoYouSay(Text):
    """Not asked where nothing waits for this person's answer."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        booking = yield from known(turn, frame.slots["code"])
        if isinstance(booking, Over):
            return booking
        quarrel = yield from market(queries.of_booking, booking.code)
        if not quarrel or quarrel.state not in UNDER_WAY or quarrel.answer:
            return Over((msg("Booking {code} needs no answer any more.", code=booking.code),), (MENU,))
        return Question((self.text,))


def _answer(turn: Turn, frame: Frame) -> Steps[None]:
    slots = frame.slots
    try:
        yield from market(
            disputes.answer,
            actor_id=turn.person.id,
            code=slots["code"],
            said=slots["said"],
            photos=_photos(frame),
        )
    except Refused as refusal:
        refused(turn, refusal)
        return
    turn.say(msg("I tell the other side."), OFFICE)
    turn.offer(MY_BOOKINGS, MENU)


DISPUTE = Flow(
    "dispute",
    title=msg("the complaint"),
    asks=(
        which(
            "dispute",
            none=Over(
                (msg("You can complain here once the goods are on the way. For the rest a person helps."),),
                (PERSON, MENU),
            ),
        ),
        Reason(
            "reason",
            text=msg("What is wrong?"),
            name=msg("What"),
            example=msg("Choose one of these."),
            why=PASSED_ON,
            choices=REASONS,
        ),
        Text(
            "said",
            text=msg("Tell me in your own words what happened."),
            name=msg("What"),
            example=msg("Write in your own words, or choose here."),
            why=PASSED_ON,
            longest=LONGEST_TEXT,
        ),
        EVIDENCE,
    ),
    commit=_complain,
    intents=("dispute",),
    guarded=lambda turn, frame: True,
    keyed="code",
)

DISPUTE_ANSWER = Flow(
    "dispute_answer",
    title=msg("the complaint"),
    asks=(
        which(states=("disputed",)),
        WhatDoYouSay(
            "said",
            text=msg("What do you say to it? Write it in your own words."),
            name=msg("What"),
            example=msg("Write in your own words, or choose here."),
            why=PASSED_ON,
            longest=LONGEST_TEXT,
        ),
        EVIDENCE,
    ),
    commit=_answer,
    guarded=lambda turn, frame: True,
    keyed="code",
)
