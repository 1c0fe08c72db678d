"""Something is wrong with a booking: said with words and photos, answered by the other side, decided by the office."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from flows.agenda import MENU, PERSON, open_flow, proceed
from flows.asks import Choice, Photo, Row, Text
from flows.booking_acts import MY_BOOKINGS, in_words, known, refused, to_do, which
from flows.filling import fill
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.grade import NO_CAMERA
from flows.heard import Heard
from flows.review import KNOWN_BY, check, in_short
from flows.say import Option, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, day_of, market
from flows.write_to import in_which
from flows.wrong import about_weight
from marketplace_core.bookings import queries as ledger
from marketplace_core.disputes import commands as disputes
from marketplace_core.disputes import queries
from marketplace_core.disputes.commands import LONGEST_TEXT
from marketplace_core.disputes.queries import Dispute
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
TAKE_BACK = label("Drop complaint")

#: What is said while the reason is asked, and means it: "it is about the quality" is no wish to have it graded.
MEANT = {"grade_photo": "quality", "payment_status": "payment"}
SENTENCE, SHORT = 3, 8
NO = label("No")


class Evidence(Photo):
    """Words instead of a photo are more of what was said, or a "no, I have none". More photos may follow the first
    while the rest is looked over: that is no change of mind, and is not said back."""

    expecting = "text"  # type: ignore[assignment]

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        frame.note["invited"] = True
        return (yield from super().question(turn, frame))

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        if turn.heard.photos:
            return (yield from super().take(turn, frame))
        more = turn.heard.text.strip()
        if len(more.split()) >= SENTENCE:
            frame.slots["said"] = f"{frame.slots['said']}\n{more}"[:LONGEST_TEXT]
        return Filled([]) if more else None

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        taken = yield from super().hear(turn, frame, heard)
        if taken:
            frame.slots.pop(self.slot, None)
        return taken


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


class Words(Text):
    """ "No, it is about the quality" is none of them."""

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return None if names_another(turn, frame) else (yield from super().take(turn, frame))


class Reason(Choice):
    """A choice, or a sentence with its word in it; a sentence without is something else."""

    answers = frozenset({*MEANT, "dispute", "inform", "out_of_scope"})

    def answered_by(self, turn: Turn) -> bool:
        frame = turn.state.top
        return super().answered_by(turn) or bool(frame and names_another(turn, frame))

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        """Not asked where one is under way: its opener may take that one back, the other side answer it."""
        booking = yield from known(turn, frame.slots["code"])
        if isinstance(booking, Over):
            return booking
        quarrel = yield from _under_way(booking.code)
        if not quarrel:
            return (yield from super().question(turn, frame))
        acts = [MY_BOOKINGS, MENU]
        if quarrel.opened_by in (yield from market(ledger.roles, booking, turn.person.id)):
            acts.insert(0, to_do("withdraw", TAKE_BACK, booking.code))
        elif not quarrel.answer:
            acts.insert(0, to_do("answer", label("Answer"), booking.code))
        return Over((in_words(booking),), tuple(acts))

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        if named := named_reason(turn):
            return Filled(named)
        meant = turn.heard.intent in self.answers and len(turn.heard.text.split()) >= SENTENCE
        return Filled("other") if meant else None
        yield

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        if names_another(turn, frame) or (self.slot not in frame.slots and _complains_of_weight(heard)):
            return Filled(named_reason(turn))
        return None
        yield


class Complaint(Words):
    """Whoever says at once that the weight is wrong has said what happened, and which weight is the right one."""

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        tells = _complains_of_weight(heard) and len(heard.text.split()) >= SENTENCE
        return (yield from self.take(turn, frame)) if tells and self.slot not in frame.slots else None


def _complains_of_weight(heard: Heard) -> bool:
    return heard.intent in ("dispute", "correct") and about_weight(heard.text)


def corrects_a_weight(turn: Turn) -> Steps[bool]:
    """ "The weight is wrong, 50 and not 48", where nothing is being entered: what was weighed is meant."""
    if turn.state.top or turn.heard.intent != "correct" or not _complains_of_weight(turn.heard):
        return False
    yield from fill(turn, open_flow(turn, DISPUTE))
    yield from proceed(turn)
    return True


def _under_way(code: str) -> Steps[Dispute | None]:
    quarrel = yield from market(queries.of_booking, code)
    return quarrel if quarrel and quarrel.state in UNDER_WAY else None


def named_reason(turn: Turn) -> str | None:
    said = turn.heard.text.casefold()
    named = next((one.id for one in REASONS if turn.words(one.label).casefold() in said), None)
    return named or ("weight" if _complains_of_weight(turn.heard) else MEANT.get(turn.heard.intent))


def names_another(turn: Turn, frame: Frame) -> bool:
    """Said with a no in front of it, or while it is looked over."""
    before, named = frame.slots.get("reason"), named_reason(turn)
    if not before or not named or named == before:
        return False
    first, *rest = turn.heard.text.casefold().split()
    denied = first.rstrip(",.") == turn.words(NO).casefold() and len(rest) < SHORT
    return denied or (frame.stage == "review" and turn.heard.intent in Reason.answers)


def _complaints(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    """Those that are complained about already are among them: "take back my complaint" comes here too."""
    can_be = yield from CAN_BE.rows(turn, frame)
    under_way = yield from DISPUTED.rows(turn, frame)
    rows = [row for found in (can_be, under_way) if not isinstance(found, Over) for row in found]
    return rows or can_be


def _look_over(turn: Turn, frame: Frame) -> Steps[Question | None]:
    """By SMS the words are only told apart; where photos cannot come, it is said while another way is still open."""
    if frame.flow == DISPUTE.name and (yield from _under_way(frame.slots["code"])):
        del frame.slots["reason"]  # its question shows the way to the one there is
        return None
    said = frame.slots["said"]
    if turn.channel.terse and len(said) > KNOWN_BY:
        frame = replace(frame, slots=frame.slots | {"said": f"{said[:KNOWN_BY]}…"})
    question = yield from check(turn, frame)
    if turn.channel.name == "sms" and frame.slots.get("reason") == "quality" and not _photos(frame):
        return replace(question, parts=(*question.parts, *NO_CAMERA.parts))
    return question


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
            language=frame.note.get("language"),
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


class WhatDoYouSay(Words):
    """Not asked where nothing waits for this person's answer."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        booking = yield from known(turn, frame.slots["code"])
        if isinstance(booking, Over):
            return booking
        quarrel = yield from _under_way(booking.code)
        if not quarrel or quarrel.answer:
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
            language=frame.note.get("language"),
        )
    except Refused as refusal:
        refused(turn, refusal)
        return
    turn.say(msg("I tell the other side."), OFFICE)
    turn.offer(MY_BOOKINGS, MENU)


CAN_BE = which(
    "dispute",
    none=Over(
        (msg("You can complain here once the goods are on the way. For the rest a person helps."),),
        (PERSON, MENU),
    ),
)
DISPUTED = which(states=("disputed",))

DISPUTE = Flow(
    "dispute",
    title=msg("the complaint"),
    asks=(
        replace(CAN_BE, rows=_complaints),
        Reason(
            "reason",
            text=msg("What is wrong?"),
            name=msg("Complaint"),
            example=msg("Choose one of these."),
            why=PASSED_ON,
            choices=REASONS,
        ),
        Complaint(
            "said",
            text=msg("Tell me in your own words what happened."),
            name=msg("Message"),
            example=msg("Write in your own words, or choose here."),
            why=PASSED_ON,
            longest=LONGEST_TEXT,
            then=in_which,
        ),
        EVIDENCE,
    ),
    review=_look_over,
    commit=_complain,
    intents=("dispute",),
    guarded=lambda turn, frame: True,
    at_stake=in_short(label("Complain")),
    keyed="code",
)

DISPUTE_ANSWER = Flow(
    "dispute_answer",
    title=msg("the complaint"),
    asks=(
        DISPUTED,
        WhatDoYouSay(
            "said",
            text=msg("What do you say to it? Write it in your own words."),
            name=msg("Message"),
            example=msg("Write in your own words, or choose here."),
            why=PASSED_ON,
            longest=LONGEST_TEXT,
            then=in_which,
        ),
        EVIDENCE,
    ),
    review=_look_over,
    commit=_answer,
    guarded=lambda turn, frame: True,
    at_stake=in_short(label("Answer")),
    keyed="code",
)
