"""A photo is shown, what no photo tells is asked, and what became of it is told in short words with their source."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from bot import channels
from bot.message import Outgoing
from bot.turn import drive
from flows import engine as dialogue
from flows.engine import expecting
from flows.grade_report import ADVICE, FAULTS, SHARES, SICK
from flows.heard import Heard, News
from flows.notices import recipients
from flows.state import State
from flows.turn import Channel
from flows.words import words_of
from marketplace_core.accounts import Person
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import Desk
from marketplace_core.events import claim, mark_noticed
from marketplace_core.grading import commands as gradings
from marketplace_core.grading.eyes import heads, leaf
from marketplace_core.grading.queries import Grading, by_code
from marketplace_core.grading.report import Calorific, Fault, Grain, Interval, Leaf, Moisture, Report, Straw
from marketplace_core.grading.rules import ADVICE_KEYS
from marketplace_core.places.place import Place
from nlu.understand import Understander

MOGA = Place("142001", "Moga", "Moga", "Punjab", 30.8, 75.17)
SURE = 0.95
WHEAT = Grain(
    143,
    {"sound": 0.93, "broken": 0.04, "damaged": 0.02, "foreign": 0.01, "husk": 0.0},
    {"sound": Interval(0.88, 0.96)},
)


@dataclass
class Chat:
    """One farmer and the bot; what is shown is what WhatsApp would show in English."""

    desk: Desk
    person: Person
    understander: Understander
    channel: Channel = field(default_factory=lambda: Channel("whatsapp", photos=True))
    state: State = field(default_factory=State)
    shown: Outgoing | None = None

    async def hear(self, heard: Heard) -> str:
        steps = dialogue.turn(
            State.from_json(self.state.to_json()), heard, self.person, self.channel, self.desk.now
        )
        outcome = (await drive(self.desk, steps)).outcome
        self.state, self.person = outcome.state, outcome.person
        self.shown = None
        if outcome.reply is None:
            return ""
        words = words_of(self.person.language, self.person.script)
        self.shown = channels.render(self.channel.name, outcome.reply, words)  # type: ignore[arg-type]
        return self.shown.text

    async def say(self, words: str, photos: int = 0) -> str:
        understood = await self.understander.understand(
            words, language="en", expecting=expecting(self.state), today=self.desk.now.date()
        )
        return await self.hear(Heard(words, understood, photos=_new(photos)))

    async def send(self, photos: int = 1) -> str:
        return await self.hear(Heard(photos=_new(photos)))

    async def tap(self, title: str) -> str:
        assert self.state.last
        option = next(one for one in self.state.last.options if one.label.text == title)
        return await self.hear(Heard(tap=option.deed or f"{self.state.last.serial}:{option.id}"))

    async def told(self) -> list[str]:
        """Everything that happened and concerns this farmer."""
        events = await claim(self.desk, 50)
        await mark_noticed(self.desk, [each.id for each in events])
        news = [News(each.kind, each.subject, each.about) for each in events]
        return [await self.hear(Heard(news=each)) for each in news if self.person.id in recipients(each)]

    async def asked(self) -> list[Grading]:
        rows = await self.desk.db.execute(text("SELECT code FROM grading ORDER BY id"))
        return [found for code in rows.scalars() if (found := await by_code(self.desk, code))]

    async def judged(self, report: Report, **more: Any) -> str:
        """The newest request, as the eyes report it, and what the farmer then hears."""
        await gradings.judge(self.desk, (await self.asked())[-1].code, report, **more)
        (said,) = await self.told()
        return said

    def titles(self) -> list[str]:
        assert self.shown
        return [row.title for row in (*self.shown.buttons, *self.shown.rows)]


def _new(photos: int) -> tuple[str, ...]:
    return tuple(str(uuid4()) for _ in range(photos))


@pytest.fixture
async def understander() -> AsyncIterator[Understander]:
    understander = Understander(None, 1.0)
    yield understander
    await understander.close()


@pytest.fixture
async def chat(desk: Desk, understander: Understander) -> Chat:
    return Chat(desk, await member(desk, "+919876500001"), understander)


async def member(desk: Desk, phone: str) -> Person:
    reached = await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{phone}", phone=phone)
    return await accounts.register(desk, reached.person.id, name="Asha", place=MOGA)


async def agent(desk: Desk) -> Person:
    person = await member(desk, "+919876500009")
    await desk.db.execute(text("UPDATE person SET roles = '{field_agent}' WHERE id = :id"), {"id": person.id})
    return person


class TestAsking:
    async def test_a_photo_with_nothing_open_is_there_to_be_judged(self, chat: Chat) -> None:
        assert await chat.send() == "What is in the photo?" + "".join(
            f"\n{n} {name}" if n > 1 else f"\n\n{n} {name}"
            for n, name in enumerate(
                (
                    "Paddy straw", "Wheat straw", "Sugarcane trash", "Maize stover", "Cotton stalk", "Paddy",
                    "Wheat", "Onion", "Tomato",
                ),
                1,
            )
        )  # fmt: skip
        assert "moisture meter" in await chat.tap("Wheat")
        assert (await chat.tap("Skip")).startswith("I am looking at it.")
        (asked,) = await chat.asked()
        assert (asked.commodity, len(asked.photos), asked.answers.moisture) == ("wheat", 1, None)

    async def test_words_first_then_how_to_take_it_then_the_photo(self, chat: Chat) -> None:
        assert "dark cloth" in await chat.say("check quality of my wheat")
        await chat.send()
        await chat.say("11.5")
        (asked,) = await chat.asked()
        assert asked.answers.moisture == Moisture(0.115, "farmer")

    async def test_straw_is_asked_three_things_and_a_meter(self, chat: Chat) -> None:
        await chat.say("check quality of my paddy straw")
        assert await chat.send() == "How many days ago was it cut?\n\n1 Skip"
        assert await chat.say("10 days ago") == "Did rain fall on it?\n\n1 Yes\n2 No\n3 Skip"
        assert (
            await chat.say("no") == "How is it kept?\n\n1 In the open\n2 Under a cover\n3 In a shed\n4 Skip"
        )
        await chat.tap("In a shed")
        await chat.tap("Skip")
        (asked,) = await chat.asked()
        said = asked.answers
        assert (said.days_since_harvest, said.rained_on, said.stored, said.moisture) == (
            10,
            False,
            "shed",
            None,
        )

    @pytest.mark.parametrize(
        ("words", "days"),
        [("10", 10), ("10 days", 10), ("two weeks", 14), ("yesterday", 1), ("4 november", 16)],
    )
    async def test_days_are_understood_as_they_are_said(self, chat: Chat, words: str, days: int) -> None:
        await chat.say("check quality of my paddy straw")
        await chat.send()
        await chat.say(words)
        assert chat.state.top and chat.state.top.slots["days"] == days

    @pytest.mark.parametrize("skipped", ["skip", "I don't know"])
    async def test_everything_that_is_only_good_to_know_can_be_skipped(
        self, chat: Chat, skipped: str
    ) -> None:
        await chat.say("check quality of my paddy straw")
        await chat.send()
        for _ in range(4):
            await chat.say(skipped)
        (asked,) = await chat.asked()
        assert asked.answers == replace(
            asked.answers, moisture=None, days_since_harvest=None, rained_on=None, stored=None
        )

    @pytest.mark.parametrize("words", ["500", "99999", "101%"])
    async def test_a_number_that_cannot_be_is_asked_again(self, chat: Chat, words: str) -> None:
        await chat.say("check quality of my wheat")
        await chat.send()
        await chat.say(words)
        assert chat.state.top and chat.state.top.asking == "moisture"
        assert await chat.asked() == []

    async def test_what_no_limit_is_about_is_not_asked(self, chat: Chat) -> None:
        await chat.say("check quality of my onion")
        assert (await chat.send()).startswith("I am looking at it.")

    async def test_by_sms_there_is_no_photo(self, chat: Chat) -> None:
        chat.channel = Channel("sms", photos=False, terse=True)
        said = await chat.say("check quality of my wheat")
        assert said == (
            "Photos do not come by SMS. Send it on WhatsApp, or ask a person.\n1 Talk to a person\n2 Menu"
        )
        assert chat.state.top is None

    async def test_the_menu_has_a_door_to_it_where_there_is_a_camera(self, chat: Chat) -> None:
        await chat.say("menu")
        assert "Photo check" in chat.titles()
        assert (await chat.tap("Photo check")).startswith("What is in the photo?")
        chat.channel = Channel("sms", photos=False, terse=True)
        assert "Photo check" not in await chat.say("menu")


class TestMany:
    async def test_of_nine_photos_at_once_the_first_five_are_looked_at(self, chat: Chat) -> None:
        said = await chat.send(9)
        assert said.startswith("I look at the first five photos.")
        await chat.tap("Onion")
        (asked,) = await chat.asked()
        assert len(asked.photos) == 5

    async def test_nine_photos_one_by_one_are_one_lot_and_do_not_ask_nine_times(self, chat: Chat) -> None:
        said = [await chat.send() for _ in range(9)]
        assert said[0].startswith("What is in the photo?")
        assert said[1:5] == [""] * 4
        assert said[5].startswith("I look at the first five photos.")
        assert said[6:] == [""] * 3
        await chat.tap("Onion")
        (asked,) = await chat.asked()
        assert len(asked.photos) == 5

    async def test_a_newcomer_who_sends_nine_is_asked_their_first_question_once(
        self, desk: Desk, understander: Understander
    ) -> None:
        reached = await accounts.reach(desk, channel="whatsapp", value="whatsapp:+919876500002", phone=None)
        chat = Chat(desk, reached.person, understander)
        said = [await chat.send() for _ in range(9)]
        assert "First a few questions, then your photo." in said[0]
        assert [bool(each) for each in said] == [True, *[False] * 4, True, *[False] * 3]
        shown = next(frame for frame in chat.state.frames if frame.flow == "grade")
        assert len(shown.slots["photos"]) == 5

    async def test_photos_behind_the_one_being_looked_at_go_with_it(self, chat: Chat) -> None:
        await chat.say("check quality of my onion")
        said = [await chat.send() for _ in range(7)]
        assert said[0].startswith("I am looking at it.")
        assert said[1:5] == [""] * 4
        assert said[5].startswith("I look at the first five photos.")
        assert said[6] == ""
        (asked,) = await chat.asked()
        assert len(asked.photos) == 5

    async def test_once_a_worker_looks_the_next_photo_is_looked_at_by_itself(self, chat: Chat) -> None:
        await chat.say("check quality of my onion")
        await chat.send()
        await chat.desk.db.execute(text("UPDATE grading SET claimed_at = :now"), {"now": chat.desk.now})
        assert await chat.send() == ""
        first, second = await chat.asked()
        assert (first.commodity, second.commodity) == ("onion", "onion")
        assert (len(first.photos), len(second.photos)) == (1, 1)

    async def test_later_it_is_another_lot(self, chat: Chat) -> None:
        await chat.say("check quality of my onion")
        await chat.send()
        chat.desk = replace(chat.desk, now=chat.desk.now + timedelta(minutes=5))
        assert (await chat.send()).startswith("What is in the photo?")

    async def test_after_ten_in_an_hour_it_says_when_the_next_is_welcome(self, chat: Chat) -> None:
        for _ in range(10):
            await chat.say("check quality of my onion")
            assert (await chat.send()).startswith("I am looking at it.")
            chat.desk = replace(chat.desk, now=chat.desk.now + timedelta(minutes=2))
        await chat.say("check quality of my onion")
        said = await chat.send()
        assert said.startswith("I have looked 10 times within an hour. Send the next one after 11:00.")
        assert len(await chat.asked()) == 10


class TestTelling:
    async def show(self, chat: Chat, commodity: str) -> None:
        await chat.say(f"check quality of my {commodity}")
        await chat.send()
        while chat.state.top:
            await chat.say("skip")

    @pytest.mark.parametrize("fault", [each for each in FAULTS if each != "unknown_residue"])
    async def test_a_bad_photo_is_told_which_fault_and_how_to_take_it_anew(
        self, chat: Chat, fault: Fault
    ) -> None:
        await self.show(chat, "wheat")
        said = await chat.judged(Report(usable=False, why=(fault,)))
        assert said.startswith(FAULTS[fault].text)
        assert chat.titles() == ["New photo", "Ask an agent", "Menu"]
        assert "dark cloth" in await chat.tap("New photo")

    async def test_wheat_hears_seen_and_measured_and_one_advice(self, chat: Chat) -> None:
        await self.show(chat, "wheat")
        report = Report(
            usable=True, grain=WHEAT, grade="B", confidence=SURE, defects=("broken",),
            advice=("thresh_gently", "meter_moisture"),
        )  # fmt: skip
        said = await chat.judged(report, picture="ab/kernels.jpg")
        assert said == (
            "Wheat: grade B, by the AGMARK limits.\n\n"
            "Seen: 143 grains, 93 % sound, 4 % broken, 2 % damaged, 1 % foreign.\n\n"
            "Measured: nothing. No photo shows how wet it is.\n\n"
            "Thresh more slowly: fewer grains break.\n\n"
            "1 Sell\n2 Ask an agent\n3 Menu"
        )
        assert chat.shown and chat.shown.picture
        assert chat.shown.picture.key == "ab/kernels.jpg"
        await chat.tap("Sell")
        assert chat.state.top and chat.state.top.slots.keys() == {"commodity", "grading"}

    async def test_straw_hears_round_shares_what_was_said_and_a_typical_heat(self, chat: Chat) -> None:
        await chat.say("check quality of my paddy straw")
        await chat.send()
        for words in ("10", "yes", "1", "12"):
            await chat.say(words)
        report = Report(
            usable=True, straw=Straw(cover=0.68, green=0.12, dark=0.01), grade="B", confidence=SURE,
            calorific=Calorific(11.0, 14.2, "x"), advice=("keep_off_soil",),
        )  # fmt: skip
        assert await chat.judged(report) == (
            "Paddy straw: grade B, by our own limits.\n\n"
            "Seen: about 30 % soil, about 10 % green.\n\n"
            "You said: cut 10 days ago, rain fell on it, kept in the open, moisture 12 %.\n\n"
            "Measured: nothing. No photo shows how wet it is.\n\n"
            "Heat: 11 to 14.2 GJ a tonne. That is usual for it, not measured.\n\n"
            "Lift the straw without soil: set the rake higher.\n\n"
            "1 Sell\n2 Ask an agent\n3 Menu"
        )

    async def test_what_the_eyes_are_not_sure_of_waits_for_an_agent(self, chat: Chat) -> None:
        await self.show(chat, "wheat")
        said = await chat.judged(Report(usable=True, grain=WHEAT, grade="B", confidence=0.5))
        assert said.startswith("Wheat: perhaps grade B. I am not sure: an agent will look,")
        await self.show(chat, "onion")
        said = await chat.judged(Report(usable=True))
        assert said.startswith("I cannot grade Onion from a photo yet. An agent will look,")

    async def test_a_residue_the_eyes_never_saw_goes_to_an_agent(self, chat: Chat) -> None:
        await self.show(chat, "cotton stalk")
        said = await chat.judged(Report(usable=True, why=("unknown_residue",)))
        assert said.startswith("I cannot judge this residue yet. An agent will look at it.")

    async def test_a_leaf_is_a_suspicion_and_a_person_to_ask(self, chat: Chat) -> None:
        await self.show(chat, "potato")
        sick = Leaf("potato", "late_blight", SURE)
        said = await chat.judged(Report(usable=True, leaf=sick, advice=("water_less", "show_an_agent")))
        assert said == (
            "The leaf may have late blight. A photo is only a suspicion.\n\n"
            "Water less, and not on cloudy days.\n\n"
            "Show the plant to an agent or the Krishi Vigyan Kendra before you do anything.\n\n"
            "1 Ask an agent\n2 Menu"
        )

    async def test_news_in_the_middle_leaves_the_open_question_its_numbers(self, chat: Chat) -> None:
        await self.show(chat, "wheat")
        await chat.say("sell 40 quintal wheat")
        said = await chat.judged(Report(usable=False, why=("blurred",)))
        assert said == FAULTS["blurred"].text
        assert chat.state.top and chat.state.top.asking == "place"

    async def test_who_sends_hundreds_is_not_told_of_each(self, chat: Chat) -> None:
        await self.show(chat, "wheat")
        await chat.desk.db.execute(text("UPDATE grading SET batch = uuidv7()"))
        assert await chat.judged(Report(usable=False, why=("blurred",))) == ""

    def test_there_are_words_for_every_fault_advice_and_share(self) -> None:
        assert set(ADVICE_KEYS) == set(ADVICE)
        assert set(FAULTS) == set(Fault.__args__)  # type: ignore[attr-defined]
        assert set(SHARES) == set(WHEAT.shares)
        ails = {state for crop in leaf.CROPS for state in heads.classes(crop)}
        assert ails - {"healthy"} == set(SICK)


class TestSecondLook:
    async def test_it_looks_like_another_crop_which_is_right(self, chat: Chat) -> None:
        await chat.say("check quality of my onion")
        await chat.send()
        said = await chat.judged(Report(usable=True, doubt="tomato"))
        assert said == "It looks like Tomato. You said Onion. Which is right?\n\n1 Tomato\n2 Onion"
        assert chat.titles() == ["Tomato", "Onion"]
        assert (await chat.tap("Tomato")).startswith("I am looking at it.")
        (asked,) = await chat.asked()
        assert (asked.commodity, asked.seen_at) == ("tomato", None)

    async def test_who_stays_with_their_word_gets_an_agent(self, chat: Chat) -> None:
        await chat.say("check quality of my onion")
        await chat.send()
        await chat.judged(Report(usable=True, doubt="tomato"))
        chat.desk = replace(chat.desk, now=chat.desk.now + timedelta(minutes=1))
        assert (await chat.say("onion")).startswith("An agent will look at it.")
        (asked,) = await chat.asked()
        assert (asked.commodity, asked.state) == ("onion", "asked")

    async def test_a_grade_that_is_not_believed_goes_to_an_agent_once(self, chat: Chat) -> None:
        await chat.say("check quality of my wheat")
        await chat.send()
        await chat.say("skip")
        await chat.judged(Report(usable=True, grain=WHEAT, grade="B", confidence=SURE))
        again = next(one.deed for one in chat.state.options if one.id == "agent")
        assert (await chat.hear(Heard(tap=again))).startswith("An agent will look at it.")
        assert (await chat.hear(Heard(tap=again))).startswith("An agent has it already.")
        (asked,) = await chat.asked()
        await chat.told()
        judge = await agent(chat.desk)
        await gradings.grade(
            chat.desk,
            actor_id=judge.id,
            code=asked.code,
            grade="A",
            moisture_permille=110,
            advice="Well dried.",
        )
        assert await chat.told() == [
            "An agent has looked at your Wheat: grade A.\n\n"
            "Measured: moisture 11 %, with a meter.\n\n"
            "Well dried.\n\n"
            "1 Sell\n2 Menu"
        ]

    async def test_an_agent_who_cannot_tell_says_what_to_send(self, chat: Chat) -> None:
        await chat.say("check quality of my onion")
        await chat.send()
        (asked,) = await chat.asked()
        judge = await agent(chat.desk)
        await gradings.give_up(chat.desk, actor_id=judge.id, code=asked.code, advice="Show the roots.")
        (said,) = await chat.told()
        assert said == "An agent could not judge your photo.\n\nShow the roots.\n\n1 New photo\n2 Menu"


class TestInASale:
    async def sell(self, chat: Chat, what: str, photos: int = 1) -> str:
        await chat.say(f"sell 40 quintal {what}")
        await chat.say("142001")
        for words in ("1", "tomorrow", "2500 per quintal"):
            await chat.say(words)
        if chat.state.top and chat.state.top.asking == "price":  # far off: it is asked back
            await chat.say("yes")
        await (chat.send(photos) if photos else chat.say("skip"))
        return await chat.say("yes")

    async def test_its_photos_are_looked_at_and_the_grade_stands_with_it(self, chat: Chat) -> None:
        said = await self.sell(chat, "wheat")
        assert "Published." in said and "I look at your photos" in said
        (asked,) = await chat.asked()
        assert asked.listing
        said = await chat.judged(Report(usable=True, grain=WHEAT, grade="B", confidence=SURE))
        assert f"It stands with your sale {asked.listing} now." in said
        graded = await chat.desk.db.execute(text("SELECT grade, graded_by FROM listing"))
        assert graded.one() == ("B", "eyes")

    async def test_a_better_photo_counts_for_the_same_sale(self, chat: Chat) -> None:
        await self.sell(chat, "wheat")
        await chat.judged(Report(usable=False, why=("too_dark",)))
        await chat.tap("New photo")
        await chat.send()
        await chat.say("skip")
        first, second = await chat.asked()
        assert second.listing == first.listing

    @pytest.mark.parametrize(("what", "photos"), [("wheat", 0), ("onion", 1)])
    async def test_nothing_is_looked_at_without_a_photo_or_an_eye_for_it(
        self, chat: Chat, what: str, photos: int
    ) -> None:
        said = await self.sell(chat, what, photos)
        assert "Published." in said and "I look at your photos" not in said
        assert await chat.asked() == []

    async def test_a_sale_is_published_though_ten_photos_were_looked_at(self, chat: Chat) -> None:
        for _ in range(10):
            await gradings.ask(
                chat.desk, person_id=chat.person.id, commodity="wheat", photos=[uuid4()], on_their_way=True
            )
        said = await self.sell(chat, "wheat")
        assert "Published." in said and "I look at your photos" not in said
