"""Which flows a story brings to their end, in whose language and on which channel.

Noted while it is played, from what each flow does last; `ended.tsv` keeps it for all stories, written by `--update`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flows.flow import Commit, Flow
from flows.registry import FLOWS
from flows.state import Frame
from flows.turn import Steps, Turn

HERE = Path(__file__).parent
TABLE, SCRIPTS = HERE / "ended.tsv", HERE / "scripts"


@dataclass(frozen=True, order=True)
class End:
    flow: str
    language: str
    channel: str

    def __str__(self) -> str:
        return f"{self.flow} {self.language} {self.channel}"


@contextmanager
def noted() -> Iterator[set[End]]:
    """Every flow stays what it is; beside what it does last it is noted that it came so far."""
    ends: set[End] = set()
    as_they_are = dict(FLOWS)
    FLOWS.update({name: replace(flow, commit=_noting(flow, ends)) for name, flow in as_they_are.items()})
    try:
        yield ends
    finally:
        FLOWS.update(as_they_are)


def _noting(flow: Flow, ends: set[End]) -> Commit:
    def commit(turn: Turn, frame: Frame) -> Steps[bool | None]:
        done = yield from flow.commit(turn, frame)
        if done is not False:
            ends.add(End(flow.name, turn.person.language, turn.channel.name))
        return done

    return commit


def kept() -> dict[str, set[End]]:
    """By story; one that is told no more counts for nothing."""
    rows = (line.split("\t") for line in TABLE.read_text("utf-8").splitlines())
    return {
        story: {End(*end.split()) for end in ends} for story, *ends in rows if (SCRIPTS / story).is_file()
    }


def keep(story: str, ends: set[End]) -> None:
    stories = kept() | {story: ends}
    lines = ["\t".join([name, *map(str, sorted(stories[name]))]) for name in sorted(stories)]
    TABLE.write_text("\n".join(lines) + "\n", "utf-8")
