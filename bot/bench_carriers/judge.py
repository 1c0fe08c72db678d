"""What went wrong, found by comparing what was brought, what came back, and what was written down. Pure.

A message is acknowledged by the first answer 2xx at our door. What the reply to its webhook says reaches the person
then; what goes through the outbox, when the carrier takes it. A carrier that brings a message again has lost our first
reply, so the same reply once more is the same answer; another one, or one more through the outbox, is doubled.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass
class Delivery:
    """One message on its way to us; moments are those of one clock. `due` is when it should have begun, `left` when
    all of it was on the wire, `accepts` how long each answer 2xx took, `replies` are the texts in the replies to its
    webhook, with the moments they came; `told_away`: nothing was stored, and the person was asked to write again."""

    sid: str
    address: str
    words: str
    due: float = 0.0
    began: float | None = None
    left: float | None = None
    tries: int = 0
    taken_at: float | None = None
    accepts: list[float] = field(default_factory=list)
    replies: list[tuple[float, str]] = field(default_factory=list)
    told_away: bool = False


@dataclass(frozen=True)
class Sent:
    """What the carrier took from us, for the row of the outbox that it names."""

    at: float
    row: str
    to: str
    body: str


@dataclass(frozen=True)
class Records:
    """What the house has written down: messages by the order in which they were heard, which message each row of the
    outbox answers ("SM…"; or, for what was not asked for, its own key), and where each person stands."""

    heard: Sequence[str]
    answers: Mapping[str, str]
    standing: Mapping[str, str]


@dataclass(frozen=True)
class Verdict:
    """One line for each fault that was found."""

    lost: Sequence[str]
    doubled: Sequence[str]
    out_of_order: Sequence[str]
    wrong: Sequence[str]

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.wrong)


def judge(
    brought: Sequence[Delivery], sent: Sequence[Sent], records: Records, alone: Mapping[str, str]
) -> Verdict:
    """`alone`: where each person would stand, had they written the same alone."""
    reached = moments_of_answers(brought, sent, records)
    return Verdict(
        lost=list(_lost(brought, records, reached)),
        doubled=list(_doubled(brought, sent, records)),
        out_of_order=list(_out_of_order(brought, records, reached)),
        wrong=list(_wrong(records.standing, alone)),
    )


def moments_of_answers(
    brought: Sequence[Delivery], sent: Sequence[Sent], records: Records
) -> dict[str, float]:
    """When each message's answer first reached its person."""
    reached: dict[str, float] = {}
    came = [(at, one.sid) for one in brought for at, _ in one.replies]
    went = [(one.at, records.answers[one.row]) for one in sent if one.row in records.answers]
    for at, sid in sorted(came + went):
        reached.setdefault(sid, at)
    return reached


def _lost(brought: Sequence[Delivery], records: Records, reached: Mapping[str, float]) -> Iterator[str]:
    heard = set(records.heard)
    for one in brought:
        if one.taken_at is None or one.told_away:
            continue
        if one.sid not in heard:
            yield f"{one.sid} of {one.address} ({one.words}) was acknowledged and is nowhere"
        elif one.sid not in reached:
            yield f"{one.sid} of {one.address} ({one.words}) was heard and never answered"


def _doubled(brought: Sequence[Delivery], sent: Sequence[Sent], records: Records) -> Iterator[str]:
    for one in brought:
        replies = {text for _, text in one.replies}
        if len(replies) > 1:
            yield f"{one.sid} of {one.address} ({one.words}) was answered in {len(replies)} ways: {sorted(replies)}"
    replied = {one.sid for one in brought if one.replies}
    times = Counter(records.answers.get(one.row, one.row) for one in sent)
    for what, many in times.items():
        if many + (what in replied) > 1:
            rows = [one.row for one in sent if records.answers.get(one.row, one.row) == what]
            beside = " beside a reply" if what in replied else ""
            yield f"{what} was answered {many} times through the outbox{beside}: rows {rows}"


def _out_of_order(
    brought: Sequence[Delivery], records: Records, reached: Mapping[str, float]
) -> Iterator[str]:
    """Two messages count only where one was wholly on the wire before the other began: two that were under way at
    once may come in either order."""
    place = {sid: n for n, sid in enumerate(records.heard)}
    by_person: dict[str, list[Delivery]] = defaultdict(list)
    for one in brought:
        if one.sid in place and one.taken_at is not None and one.began is not None:
            by_person[one.address].append(one)
    for theirs in by_person.values():
        theirs.sort(key=lambda one: place[one.sid])
        for earlier, later in pairwise(theirs):
            began_after = later.left is not None and (earlier.began or 0) > later.left
            if began_after and earlier.tries == later.tries == 1:
                yield f"{earlier.sid} was heard before {later.sid}, which came first, both of {later.address}"
                continue
            taken_before = (earlier.taken_at or 0) < (later.taken_at or 0)
            if taken_before and reached.get(earlier.sid, 0) > reached.get(later.sid, float("inf")):
                yield f"{later.sid} was answered before {earlier.sid}, both of {later.address}"


def _wrong(standing: Mapping[str, str], alone: Mapping[str, str]) -> Iterator[str]:
    for address, state in standing.items():
        if state != alone[address]:
            yield f"{address} stands at {_difference(state, alone[address])}"


def _difference(found: str, expected: str) -> str:
    """From a little before the first letter that differs."""
    n = next((n for n, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), 0)
    since = max(0, n - 60)
    return f"…{found[since : n + 120]}… and not at …{expected[since : n + 120]}…"
