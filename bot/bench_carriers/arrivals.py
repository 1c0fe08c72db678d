"""Who writes what, and when: made before the clock starts, so that a slow house does not slow down its people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from string import ascii_lowercase

#: Of a hundred messages so many are brought a second time, and so many overtake the one before them.
REPEATED, SWAPPED = 5, 5
#: Seconds between the same message twice; None: when everybody has finished.
REPEATED_AFTER = (0.0, 2.0, None)
#: One person in so many writes three messages within half a second.
BURSTING = 4
IN_A_BURST, BURST_GAP = 3, 0.25
SWAP_GAP = 0.1
#: Seconds between two messages of one person, from and to.
PAUSE = (1.0, 2.5)

WHATSAPP = "whatsapp:"
#: By SMS nobody is asked for a photo.
NO_PHOTO = "skip"


@dataclass(frozen=True)
class Dialogue:
    """`joined`: written by somebody whom the house knows already. A word stands for {somewhere} that nobody has said
    before: what was understood once is remembered, and the language model would never be asked."""

    name: str
    joined: bool
    words: tuple[str, ...]

    def said(self, chance: Random, on_whatsapp: bool) -> tuple[str, ...]:
        somewhere = "q" + "".join(chance.choices(ascii_lowercase, k=6))
        words = [each for each in self.words if on_whatsapp or each != NO_PHOTO]
        return tuple(each.format(somewhere=somewhere) for each in words)


DIALOGUES = (
    Dialogue("joins", False, ("hello", "1", "Lakshmi", "142001", "1", "yes")),
    Dialogue(
        "sells",
        True,
        ("sell 12 quintal wheat", "1", "tomorrow", "2500 per quintal", NO_PHOTO, "yes", "my listings"),
    ),
    Dialogue("sells straw", True, ("sell 40 quintal parali", "1", "1", "200 per quintal", NO_PHOTO, "yes")),
    Dialogue("asks", True, ("what is the price of wheat in {somewhere}", "1", "help", "menu")),
    Dialogue("changes the language", True, ("language", "1", "2", "menu", "1")),
)


@dataclass(frozen=True)
class Writer:
    """`address` is where the person is reached: "whatsapp:+91…" or, by SMS, "+91…"."""

    address: str
    joined: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class Message:
    """`due`: seconds after the start; `again`: the seconds at which the carrier brings it once more."""

    address: str
    words: str
    due: float
    again: float | None = None


@dataclass(frozen=True)
class Arrivals:
    writers: Sequence[Writer]
    messages: Sequence[Message]

    @property
    def last(self) -> float:
        return max(max(each.due, each.again or 0.0) for each in self.messages)


def address_of(n: int) -> str:
    """Every other person writes by WhatsApp."""
    phone = f"+9190{n:08d}"
    return WHATSAPP + phone if n % 2 else phone


def arrivals(chance: Random, *, rate: float, seconds: float, first: int) -> Arrivals:
    """About `rate` messages a second for so long, from people with numbers from `first` on."""
    writers: list[Writer] = []
    written: list[tuple[str, str, float]] = []
    while len(written) < rate * seconds:
        address = address_of(first + len(writers))
        dialogue = DIALOGUES[len(writers) % len(DIALOGUES)]
        words = dialogue.said(chance, address.startswith(WHATSAPP))
        writer = Writer(address, dialogue.joined, words)
        moments = list(_moments(chance, len(writer.words)))
        begins = chance.uniform(0, max(0.0, seconds - moments[-1]))
        said = _swapped(chance, writer.words, [begins + moment for moment in moments])
        written += [(writer.address, words, at) for words, at in said]
        writers.append(writer)
    end = max(at for _, _, at in written) + 1.0
    return Arrivals(writers, sorted(_with_repeats(chance, written, end), key=lambda each: each.due))


def _moments(chance: Random, many: int) -> Iterator[float]:
    """When one person writes, from the first message on."""
    bursts = chance.randrange(BURSTING) == 0
    burst_from = chance.randrange(many - IN_A_BURST + 1) if bursts else many
    at = 0.0
    for n in range(many):
        yield at
        in_burst = burst_from <= n < burst_from + IN_A_BURST - 1
        at += BURST_GAP if in_burst else chance.uniform(*PAUSE)


def _swapped(chance: Random, words: Sequence[str], moments: Sequence[float]) -> Iterator[tuple[str, float]]:
    """A message that overtakes the one before it arrives at that one's time, and that one right behind it."""
    n = 0
    while n < len(words):
        if n + 1 < len(words) and chance.randrange(100) < SWAPPED:
            yield words[n + 1], moments[n]
            yield words[n], moments[n] + SWAP_GAP
            n += 2
        else:
            yield words[n], moments[n]
            n += 1


def _with_repeats(chance: Random, written: Sequence[tuple[str, str, float]], end: float) -> Iterator[Message]:
    for address, words, at in written:
        again = None
        if chance.randrange(100) < REPEATED:
            after = chance.choice(REPEATED_AFTER)
            again = end if after is None else at + after
        yield Message(address, words, at, again)
