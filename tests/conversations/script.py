"""Dialogues as scripts that anyone can read: many people, several channels, one market.

    # What this shows
    gurpreet@whatsapp[hi] is Gurpreet Singh from 142001      registered before the story begins
    gurpreet has 12 t paddy_straw at 200 a quintal           on sale before the story begins
    gurpreet > 12 टन पराली बेचनी है                            what a person writes
    gurpreet > [tap Yes]  [photo]  [9 photos]  [pin 30.8, 75.17]  [voice note]  [same message again]
    gurpreet > [sticker]  [document]  [photo] GRADE L1
    (4 hours pass)   (at once)   (gurpreet hangs up)         whoever is on the phone: gurpreet@voice > 2
    (the eyes see wheat with chaff)                          of the photos that wait: names in eyes.py
    (an agent grades it A with 12 % moisture)
    (the office is closed)   (the office writes: …)   (the office is done)      with whoever waits longest for a person
    (mohan weighs B1: 4800 kg)                               and more of the kind, in deeds.py and news.py
    gurpreet < what the bot says, written by `--update`
             | its next line
             | [a button] [another]

Codes are made by chance; in a script the first listing is L1, the first offer F1, the first booking B1, the first
grading G1, and the first code that proves a phone C1, the first that somebody may tell their agent K1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from bot import calls, handover, postman, translating, turn
from bot.calls import Call, CallStatus
from bot.channels.text import clean
from bot.message import Address, Attachment, Inbound
from bot.office_hours import OfficeLine
from bot.openers import templates
from bot.outbox import Postbox
from bot.turn import Office
from marketplace_core.accounts import commands as accounts
from marketplace_core.alerts import commands as alerts
from marketplace_core.bookings import commands as bookings
from marketplace_core.commodities import KG_PER
from marketplace_core.disputes import commands as disputes
from marketplace_core.grading import commands as gradings
from marketplace_core.listings import commands as listings
from marketplace_core.logins.proofs import fits
from marketplace_core.offers import lapsing
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place
from marketplace_core.privacy.commands import warn_before_erasing
from tests.conversations import deeds, news
from tests.conversations.ended import End
from tests.conversations.eyes import REPORTS

AGENT_PHONE = "+919876599999"
#: People think before they write; "(at once)" says that somebody did not.
PACE = timedelta(seconds=20)
SAYS = re.compile(r"(?P<who>\w+)(?:@(?P<channel>\w+))?(?:\[(?P<language>\w+)\])? > (?P<what>.*)")
IS = re.compile(r"(?P<who>\w+)@(?P<channel>\w+)\[(?P<language>\w+)\] is (?P<name>.+) from (?P<pin>\d{6})")
HAS = re.compile(
    r"(?P<who>\w+) has (?P<n>[\d.]+) (?P<unit>t|quintal|kg) (?P<what>\w+) at (?P<rupees>\d+) a (?P<per>\w+)"
)
PASS = re.compile(r"\((?P<n>\d+) (?P<unit>minutes?|hours?|days?) pass\)")
HEARD = re.compile(r"[+\w]+ < |\s+\|")
SEES = re.compile(r"\(the eyes see (?P<what>.+)\)")
GRADES = re.compile(r"\(an agent grades it (?P<grade>[ABC]) with (?P<percent>\d+) % moisture\)")
ATTACHED = {
    "[voice note]": ("audio/ogg", False),
    "[sticker]": ("image/webp", True),
    "[document]": ("application/pdf", False),
}
OFFICE = re.compile(r"\(the office (?:is (?P<closed>closed)|writes: (?P<words>.+)|is done)\)")
HANGS_UP = re.compile(r"\((?P<who>\w+) hangs up\)")
PHOTOS = re.compile(r"\[(?:photo|(?P<n>\d+) photos)\](?: (?P<caption>.+))?")
PIN = re.compile(r"\[pin (?P<lat>[\d.]+), ?(?P<lon>[\d.]+)\]")
CODES = text(
    "SELECT code FROM listing UNION ALL SELECT code FROM offer WHERE code IS NOT NULL"
    " UNION ALL SELECT code FROM booking UNION ALL SELECT code FROM payment"
    " UNION ALL (SELECT code FROM grading ORDER BY id)"
)
PICKUP_CODES = text("SELECT secret FROM pickup ORDER BY booking_id")
SEALS = text("SELECT person_id, state->'proof'->>'seal' AS seal FROM conversation")
ASKED = text("SELECT person_id, seal FROM agent_ask WHERE seal IS NOT NULL ORDER BY id")
UNSEEN = text("SELECT code FROM grading WHERE state = 'asked' AND seen_at IS NULL ORDER BY id")
LAST_ASKED = text("SELECT code FROM grading WHERE state = 'asked' ORDER BY id DESC LIMIT 1")
AGENT = text("UPDATE person SET roles = '{field_agent}' WHERE id = :id")
NEW_MESSAGES = text("""
    SELECT person_id, channel, body, segments FROM message
    WHERE direction = 'out' AND NOT id = ANY(:seen) ORDER BY id
""")
SEEN = text("SELECT id FROM message")


@dataclass
class Person:
    channel: str
    phone: str
    id: UUID | None = None
    messages: list[Mapping[str, Any]] = field(default_factory=list)
    last_sent: Inbound | None = None
    call: str | None = None
    steps: int = 0

    @property
    def address(self) -> Address:
        value = f"whatsapp:{self.phone}" if self.channel == "whatsapp" else self.phone
        return Address(self.channel, value, self.phone)  # type: ignore[arg-type]


@dataclass
class Stage:
    """One script being played."""

    office: Office
    box: Postbox
    now: datetime
    people: dict[str, Person] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    #: How often the carrier brings each message.
    deliveries: int = 1
    #: Which flows came to their end.
    ends: set[End] = field(default_factory=set)

    async def play(self, script: str) -> str:
        """The script with everything the bot said, as it said it now."""
        lines: list[str] = []
        for line in script.splitlines():
            if HEARD.match(line):
                continue
            lines.append(line)
            if not line.strip() or line.startswith("#"):
                continue
            if line == "(at once)":
                self.now -= PACE
                continue
            async with self.office.desk(self.now) as desk:
                seen = list((await desk.db.execute(SEEN)).scalars())
            await self._act(line)
            await translating.make_round(None, self.office, self.now)
            await postman.make_round(self.office, self.box, self.now)
            lines += await self._heard(seen)
            self.now += PACE
        return "\n".join(lines) + "\n"

    async def _act(self, line: str) -> None:
        if match := PASS.fullmatch(line):
            await self._pass(int(match["n"]), match["unit"].rstrip("s"))
        elif match := IS.fullmatch(line):
            await self._register(match)
        elif match := HAS.fullmatch(line):
            await self._put_up(match)
        elif match := SEES.fullmatch(line):
            await self._see(match["what"])
        elif match := GRADES.fullmatch(line):
            await self._grade(match["grade"], int(match["percent"]))
        elif match := OFFICE.fullmatch(line):
            await self._office(match)
        elif match := HANGS_UP.fullmatch(line):
            await self._hang_up(self._person(match["who"]))
        elif match := SAYS.fullmatch(line):
            await self._say(match)
        elif await self._deed(line):
            pass
        else:
            raise ValueError(f"nobody knows what this line means: {line}")

    async def _deed(self, line: str) -> bool:
        ids = {name: person.id for name, person in self.people.items() if person.id}
        async with self.office.desk(self.now) as desk:
            return await deeds.done(desk, line, ids.__getitem__, self.codes) or await news.came(desk, line)

    def _person(self, who: str, channel: str | None = None) -> Person:
        person = self.people.get(who)
        if person is None or (channel and channel != person.channel):
            phone = person.phone if person else f"+9198765{len(self.people) + 1:05d}"
            known = person
            person = Person(channel or "whatsapp", phone, known.id if known else None)
            self.people[who] = person
        return person

    async def _register(self, match: re.Match[str]) -> None:
        person = self._person(match["who"], match["channel"])
        language, _, script = match["language"].partition("_")
        async with self.office.desk(self.now) as desk:
            address = person.address
            reached = await accounts.reach(
                desk, channel=address.channel, value=address.value, phone=address.phone
            )
            person.id = reached.person.id
            area = await places.pincode(desk, match["pin"])
            assert area
            place = Place(area.pincode, None, area.district, area.state, area.lat, area.lon)
            await accounts.register(desk, person.id, name=match["name"], place=place)
            await accounts.set_language(desk, person.id, language=language, script=script or "native")

    async def _put_up(self, match: re.Match[str]) -> None:
        person = self._person(match["who"])
        async with self.office.desk(self.now) as desk:
            home = (
                await desk.db.execute(text("SELECT pincode FROM person WHERE id = :id"), {"id": person.id})
            ).scalar_one()
            area = await places.pincode(desk, home)
            assert area and person.id
            await listings.publish(
                desk,
                seller_id=person.id,
                commodity=match["what"],
                kg=int(float(match["n"]) * KG_PER[match["unit"]]),
                unit=match["unit"],
                price_paise=int(match["rupees"]) * 100,
                per=match["per"],
                place=Place(area.pincode, None, area.district, area.state, area.lat, area.lon),
                available_from=date(self.now.year, self.now.month, self.now.day),
            )

    async def _see(self, what: str) -> None:
        async with self.office.desk(self.now) as desk:
            for code in (await desk.db.execute(UNSEEN)).scalars().all():
                await gradings.judge(desk, code, REPORTS[what])

    async def _grade(self, grade: str, percent: int) -> None:
        async with self.office.desk(self.now) as desk:
            agent = await accounts.reach(desk, channel="sms", value=AGENT_PHONE, phone=AGENT_PHONE)
            await desk.db.execute(AGENT, {"id": agent.person.id})
            code = (await desk.db.execute(LAST_ASKED)).scalar_one()
            await gradings.grade(
                desk, actor_id=agent.person.id, code=code, grade=grade, moisture_permille=10 * percent
            )

    async def _office(self, match: re.Match[str]) -> None:
        if match["closed"]:
            self.office = replace(self.office, opens=OfficeLine("", 10, 18).opens)
            return
        async with self.office.desk(self.now) as desk:
            waits = (await handover.handovers(desk))[0]
            if match["words"]:
                await handover.answer(desk, waits, uuid4(), match["words"])
            else:
                await handover.give_back(desk, waits.person_id)
        await postman.wake_sleepers(self.office, self.now)

    async def _say(self, match: re.Match[str]) -> None:
        person = self._person(match["who"], match["channel"])
        inbound = self._inbound(person, match["what"])
        if person.channel == "voice":
            inbound = await self._by_phone(person, inbound)
        person.last_sent = inbound
        for _ in range(self.deliveries):
            await turn.take(self.office, inbound)

    async def _by_phone(self, person: Person, inbound: Inbound) -> Inbound:
        """A call begins with the first thing said in it; digits are keys."""
        if person.call is None:
            person.call, person.steps = f"CA{uuid4().hex}", 0
            async with self.office.desk(self.now) as desk:
                await calls.begin(desk, Call(inbound.carrier, person.call, person.phone, inbound.recipient))
        person.steps += 1
        carrier_id = f"{person.call}:{person.steps}"
        return replace(inbound, carrier_id=carrier_id, aloud=not inbound.text.isdecimal())

    async def _hang_up(self, person: Person) -> None:
        assert person.call
        async with self.office.desk(self.now) as desk:
            await calls.saw_status(desk, CallStatus("twilio", person.call, "completed"))
            await calls.write_after(desk)
        person.call = None

    def _inbound(self, person: Person, what: str) -> Inbound:
        base = {"carrier": "twilio", "sender": person.address, "recipient": "mandi", "received_at": self.now}
        sid = f"SM{uuid4().hex}"
        if what == "[same message again]":
            assert person.last_sent
            return person.last_sent
        if what in ATTACHED:
            content_type, sticker = ATTACHED[what]
            came = Attachment(f"https://media.invalid/{sid}", content_type, sticker)
            return Inbound(carrier_id=sid, attachments=(came,), **base)
        if photos := PHOTOS.fullmatch(what):
            sent = (
                Attachment(f"https://media.invalid/{sid}/{n}", "image/jpeg")
                for n in range(int(photos["n"] or 1))
            )
            caption = self._with_codes(photos["caption"] or "")
            return Inbound(carrier_id=sid, text=caption, attachments=tuple(sent), **base)
        if pin := PIN.fullmatch(what):
            return Inbound(carrier_id=sid, location=(float(pin["lat"]), float(pin["lon"])), **base)
        if what.startswith("[tap "):
            title = what[5:-1]
            return Inbound(carrier_id=sid, tap=self._payload(person, title), text=title, **base)
        what = self._with_codes(what)
        if "\\u" in what:
            what = what.encode().decode("unicode_escape")
        return Inbound(carrier_id=sid, text=clean(what), **base)

    def _with_codes(self, what: str) -> str:
        for short, code in self.codes.items():
            what = re.sub(rf"\b{short}\b", code, what)
        return what

    def _payload(self, person: Person, title: str) -> str:
        for message in reversed(person.messages):
            for row in (*message["buttons"], *message["rows"]):
                if self._short(row["title"]) == title:
                    return str(row["payload"])
        for template in templates():  # what WhatsApp lets us begin with carries a button of its own
            if template.title == title:
                return template.payload
        raise ValueError(f"no button or row {title!r} was ever shown")

    async def _pass(self, n: int, unit: str) -> None:
        self.now += timedelta(**{f"{unit}s": n})
        async with self.office.desk(self.now) as desk:
            await listings.expire(desk)
            await bookings.remind_unpaid(desk)
            await bookings.run_out(desk)
            await disputes.escalate(desk)
            await lapsing.expire(desk)
            await alerts.expire(desk)
            await warn_before_erasing(desk)
        await postman.wake_sleepers(self.office, self.now)

    async def _heard(self, seen: list[UUID]) -> list[str]:
        async with self.office.desk(self.now) as desk:
            for code in (await desk.db.execute(CODES)).scalars():
                if code not in self.codes.values():
                    kind = code[0]
                    self.codes[f"{kind}{1 + sum(short[0] == kind for short in self.codes)}"] = code
            for secret in (await desk.db.execute(PICKUP_CODES)).scalars():
                if secret not in self.codes.values():
                    self.codes[f"P{1 + sum(short[0] == 'P' for short in self.codes)}"] = secret
            rows = (await desk.db.execute(NEW_MESSAGES, {"seen": seen})).all()
            asked: dict[UUID, list[str]] = {}
            for one in await desk.db.execute(ASKED):
                asked.setdefault(one.person_id, []).append(one.seal)
            seals = {row.person_id: row.seal for row in await desk.db.execute(SEALS)}
            who_is = {
                row.id: row.phone
                for row in await desk.db.execute(text("SELECT person_id AS id, phone FROM address"))
            }
        for row in rows:
            for four in re.findall(r"\b\d{4}\b", row.body["text"]) if seals.get(row.person_id) else ():
                if fits(seals[row.person_id], four):
                    self.codes[f"C{1 + sum(short[0] == 'C' for short in self.codes)}"] = four
        for row in rows:
            for seal in asked.get(row.person_id, ()):
                for four in re.findall(r"\b\d{4}\b", row.body["text"]):
                    if fits(seal, four):
                        self.codes[f"K{1 + sum(short[0] == 'K' for short in self.codes)}"] = four
        lines: list[str] = []
        for row in rows:
            phone = who_is[row.person_id]
            # whom an agent registers may not have said a word yet
            name = next((name for name, one in self.people.items() if one.phone == phone), phone)
            if name in self.people:
                self.people[name].messages.append(row.body)
            margin = " " * len(name)
            shown = self._short(_shown(row.body, row.channel, row.segments)).split("\n")
            lines.append(f"{name} < {shown[0]}".rstrip())
            lines += [f"{margin} | {line}".rstrip() for line in shown[1:]]
        return lines

    def _short(self, shown: str) -> str:
        """The newest first: four digits that are drawn a second time stand for what they are now."""
        for short, code in reversed(self.codes.items()):
            shown = re.sub(rf"(?:\b|(?<=%20)){code}\b", short, shown)
        return shown


def _shown(body: Mapping[str, Any], channel: str, segments: int) -> str:
    if body["picture"]:
        return f"[picture] {body['text']}"
    if body["buttons"]:
        return "\n".join([body["body"], " ".join(f"[{row['title']}]" for row in body["buttons"])])
    if body["rows"]:
        rows = [
            f"* {row['title']}" + (f" - {row['description']}" if row["description"] else "")
            for row in body["rows"]
        ]
        return "\n".join([body["body"], f"[{body['rows_title']}]", *rows])
    return body["text"] + (f"\n({segments} SMS)" if channel == "sms" else "")
