"""Where: a pincode, a pin on the map, a village or town by name, or simply "at home"."""

from dataclasses import dataclass
from typing import Any

from flows.flow import Ask, Closer, Filled, Question, Taken, Unusable
from flows.heard import Heard
from flows.options import folded
from flows.say import Option, Say, label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from flows.words import words_of
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place
from marketplace_core.places.sounds import plain
from nlu.understanding import Script

#: WhatsApp lists hold ten rows; the last is "none of these".
MOST_CHOICES = 9
PIN_DIGITS = 6
HOME = "home"
#: Ways to say so, with commas between them; every language has its own.
AT_HOME = msg("home, at home, my home, my house, at my house, here, right here, my farm, my field")
ELSEWHERE = Option("elsewhere", label("None of these"))


@dataclass(frozen=True)
class Where(Ask):
    expecting = "place"

    def question(self, turn: Turn, frame: Frame) -> Steps[Question]:
        home = turn.person.place
        if not home:
            return Question((self.text,), wants="place")
        known = msg("My place: {place:place}", place=home.to_json())
        return Question((self.text, known), (Option(HOME, label("My place")),), wants="place")
        yield

    def answered_by(self, turn: Turn) -> bool:
        return super().answered_by(turn) or _at_home(turn)

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        if turn.person.place and _at_home(turn):
            return Filled(turn.person.place.to_json())
        said = yield from self.hear(turn, frame, turn.heard)
        number = turn.heard.text.strip()
        if said is None and len(number) == PIN_DIGITS and number.isdecimal():
            return Unusable(msg("I do not know the pincode {pincode}.", pincode=number))
        return said

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        if heard.location:
            lat, lon = heard.location
            nearest = yield from market(places.nearest, lat=lat, lon=lon)
            if not nearest:
                return Unusable(msg("That pin is outside India. Please send your pincode."))
            return Filled({**nearest.to_json(), "lat": lat, "lon": lon})
        said = heard.values.get("place")
        if not said:
            return None
        if "pincode" in said:
            return (yield from self._by_pincode(frame, said["pincode"]))
        return (yield from self._by_name(turn, frame, said["name"]))

    def _by_pincode(self, frame: Frame, pincode: str) -> Steps[Taken]:
        area = yield from market(places.pincode, pincode)
        if not area:
            return Unusable(msg("I do not know the pincode {pincode}.", pincode=pincode))
        whole = Place(area.pincode, None, area.district, area.state, area.lat, area.lon)
        if len(area.villages) <= 1:
            return Filled((area.villages[0] if area.villages else whole).to_json())
        frame.note["area"] = whole.to_json()
        near = area.villages[:MOST_CHOICES]
        return self._choose(frame, near, msg("{district}. Which is nearest to you?", district=area.district))

    def _by_name(self, turn: Turn, frame: Frame, name: str) -> Steps[Taken]:
        """Of several that are called so, whoever lives in one means that one."""
        found = yield from market(places.search, name, limit=5)
        if not found:
            return Unusable(msg("I could not find {name}. Your pincode is surest.", name=name))
        same = [place for place in found if place.village and _spelt(place.village) == _spelt(name)]
        home = turn.person.place
        own = [place for place in same if home and place.pincode == home.pincode]
        for only in (own, same):
            if len(only) == 1:
                return Filled(only[0].to_json())
        frame.note.pop("area", None)
        return self._choose(frame, found, msg("Which one do you mean?"))

    def _choose(self, frame: Frame, choices: tuple[Place, ...], text: Say) -> Taken:
        frame.note[self.slot] = [place.to_json() for place in choices]
        same_pin = "area" in frame.note  # then the names alone tell them apart
        rows = tuple(
            Option(str(n), verbatim(place.village or place.district))
            if same_pin
            else Option(
                str(n),
                verbatim(f"{place.village}, {place.district}" if place.village else place.district),
                verbatim(f"{place.state} {place.pincode}"),
            )
            for n, place in enumerate(choices)
        )
        return Closer(Question((text,), (*rows, ELSEWHERE)))

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        if choice == HOME and turn.person.place:
            return Filled(turn.person.place.to_json())
        if choice == ELSEWHERE.id:
            # with a pincode the area is known well enough; a name that led nowhere needs another word
            area = frame.note.get("area")
            return Filled(area) if area else Closer(Question((msg("Please send your six-digit pincode."),)))
        known = frame.note.get(self.slot, [])
        return Filled(known[int(choice)]) if choice.isdecimal() and int(choice) < len(known) else None
        yield

    def show(self, value: Any) -> Say:
        return in_words(value)


def _at_home(turn: Turn) -> bool:
    if not turn.person.place or not turn.heard.text:
        return False
    scripts: tuple[Script, ...] = ("native", "latin")
    tongues = (words_of("en", "native"), *(words_of(turn.person.language, script) for script in scripts))
    ways = {folded(way) for tongue in tongues for way in tongue(AT_HOME).split(",")}
    return folded(turn.heard.text) in ways


def _spelt(name: str) -> str:
    """ "ಮಂಡ್ಯ" and "Mandya": native scripts write no vowel at the end of a word."""
    return plain(name).rstrip("a")


def in_words(place: Any) -> Say:
    return msg("{place:place}", place=place)
