"""People who tap, type and wander at random: whatever they do there is an answer, and nothing breaks.

Each wanderer has a seed, so that a failure can be walked again step by step. The market and its database are real,
understanding is the one that needs no model; everything is rolled back.
"""

import json
import random
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from bot import channels
from bot.channels.limits import CAPABILITIES
from bot.turn import drive
from flows import engine as dialogue
from flows.engine import expecting
from flows.heard import Heard, News
from flows.state import State
from flows.turn import Channel
from flows.words import words_of
from marketplace_core.accounts import Person
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts.queries import addresses
from marketplace_core.desk import Desk
from marketplace_core.listings import commands as listings
from marketplace_core.places.place import Place
from nlu.understand import Understander
from tests.conftest import NOW
from tests.marketplace_core.people import book_as_shown

STEPS = 60
TODAY = NOW.date()
MOGA = Place("142001", "Moga", "Moga", "Punjab", 30.8, 75.17)
SENTENCES = (
    "hello", "sell", "12 ton parali bechni hai", "ನಾನು ರಾಗಿ ಮಾರಬೇಕು", "price of onion", "प्याज का भाव",
    "40 quintal wheat at 2500 per quintal from tomorrow", "buy 5 ton paddy straw", "my listings", "my bookings",
    "yes", "no", "haan", "ಇಲ್ಲ", "back", "cancel", "help", "menu", "repeat", "skip", "why", "wait", "no, 15 not 12",
    "that is wrong", "Kannada", "हिंदी", "punjabi", "talk to a person", "STOP", "START", "join", "thank you",
    "will it rain", "142001", "571401", "999999", "Moga", "ಮಂಡ್ಯ", "Gurpreet Singh", "2500 quintal", "250", "0 kg",
    "99999999 ton", "2 trolley", "yesterday", "kal", "25 december", "asdf qwer", "🌾", "", "1e9", "-5", "L7QK2M",
    "{name}", "%s", "x" * 3000,
)  # fmt: skip
FORGED = (
    "go:my_bookings:confirm:B00000", "go:my_bookings:cancel", "go:sell:no_such_crop", "go:register", "go:did_you_mean",
    "go:nowhere", "go:", "go:on", "99:yes", "1:", ":::::", "x" * 200, "go:my_listings:a:b:c:d",
)  # fmt: skip


@pytest.fixture
async def understander() -> AsyncIterator[Understander]:
    understander = Understander(None, 1.0)
    yield understander
    await understander.close()


async def way_out(
    state: State, stopped: bool, dice: random.Random, understander: Understander
) -> Heard | None:
    """Nobody wanders long with the bot silent: soon they want it back."""
    word = "START" if stopped else "MENU" if state.quiet_on else None
    if word is None or dice.random() < 0.3:
        return None
    return Heard(word, await understander.understand(word, today=TODAY))


async def something(
    dice: random.Random, state: State, payloads: list[str], understander: Understander, news: list[News]
) -> Heard:
    kind = dice.choices(
        ("tap", "number", "words", "old tap", "forged", "photo", "pin", "voice", "silence", "news"),
        (40, 10, 35, 4, 4, 3, 3, 2, 3, 1),
    )[0]
    if kind == "tap" and payloads:
        return Heard(tap=payloads[-dice.randint(1, min(len(payloads), len(state.options) or 1))])
    if kind == "old tap" and payloads:
        return Heard(tap=dice.choice(payloads))
    if kind == "forged":
        return Heard(tap=dice.choice(FORGED))
    if kind == "photo":
        return Heard(photos=(str(uuid4()),))
    if kind == "pin":
        return Heard(location=dice.choice([(30.8, 75.17), (12.52, 76.9), (0.0, 0.0)]))
    if kind == "voice":
        return Heard(voice="note")
    if kind == "silence":
        return Heard(silence=True)
    if kind == "news":
        return Heard(news=dice.choice(news))
    words = str(dice.randint(0, 12)) if kind == "number" else dice.choice(SENTENCES)
    understood = None
    if words.strip():
        understood = await understander.understand(
            words, language=dice.choice([None, "hi"]), expecting=expecting(state), today=TODAY
        )
    return Heard(words, understood)


@pytest.mark.parametrize("seed", range(40))
async def test_a_wanderer_is_always_answered(seed: int, desk: Desk, understander: Understander) -> None:
    dice = random.Random(seed)
    name = dice.choice(["whatsapp", "sms"])
    reached = await accounts.reach(desk, channel=name, value=f"+9198{seed:08d}", phone=f"+9198{seed:08d}")
    person, state, stopped = reached.person, State(), False
    payloads: list[str] = []
    news = [News("listing.expired", "L7QK2M", {}), News("booking.pending", await a_booking(desk, person), {})]
    for step in range(STEPS):
        heard = await way_out(state, stopped, dice, understander) or await something(
            dice, state, payloads, understander, news
        )
        before, mute = json.dumps(state.to_json()), bool(state.quiet_on)
        channel = Channel(
            name,
            address_id=reached.address_id,
            photos=name == "whatsapp",
            terse=name == "sms",
            opted_out=stopped,
        )
        steps = dialogue.turn(State.from_json(json.loads(before)), heard, person, channel, desk.now)
        outcome = (await drive(desk, steps)).outcome
        state, person = outcome.state, outcome.person
        assert state.to_json() == State.from_json(json.loads(json.dumps(state.to_json()))).to_json()
        stopped = await is_stopped(desk, person)
        burst = heard.photos and '"photo' in before  # more photos of one lot: the question above still stands
        by_itself = heard.silence or heard.news or state.quiet_on or mute or burst
        assert outcome.reply or by_itself, f"step {step}: no answer to {heard}"
        if outcome.reply:
            shown = channels.render(name, outcome.reply, words_of(person.language, person.script))
            assert 0 < len(shown.text) <= CAPABILITIES[name].text
            payloads += [
                option.deed or f"{outcome.reply.serial}:{option.id}" for option in outcome.reply.options
            ]


async def a_booking(desk: Desk, seller: Person) -> str:
    buyer = await accounts.reach(desk, channel="sms", value="+919999999999", phone="+919999999999")
    await accounts.register(desk, buyer.person.id, name="Asha", place=MOGA)
    listing = await listings.publish(
        desk, seller_id=seller.id, commodity="wheat", kg=4000, unit="quintal", price_paise=250_000, per="quintal",
        place=MOGA, available_from=TODAY,
    )  # fmt: skip
    booked = await book_as_shown(desk, buyer_id=buyer.person.id, code=listing.code, kg=1000)
    return booked.code


async def is_stopped(desk: Desk, person: Person) -> bool:
    return all(address.opted_out for address in await addresses(desk, person.id))
