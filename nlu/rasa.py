"""The intent as our Rasa server sees it; None when it is down, slow or talks nonsense."""

import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

_FAILURES_TO_OPEN = 3
_PAUSE_SECONDS = 10.0
_REMEMBERED = 4096
#: Connections: one Rasa answers one sentence at a time, the rest wait in its queue.
_AT_ONCE = 16
#: Together the chance of some intents must be so great that one of them is believed against the likeliest.
_LIKELY_AT_ALL = 0.01


@dataclass(frozen=True)
class Verdict:
    """`others` are the chances of all intents that it might be instead."""

    intent: str
    confidence: float
    others: Mapping[str, float] = field(default_factory=dict)

    def among(self, intents: Collection[str]) -> "Verdict":
        """As it would be if it could only be one of these; unchanged where none of them is at all likely."""
        chances = {
            name: chance
            for name, chance in {**self.others, self.intent: self.confidence}.items()
            if name in intents
        }
        whole = sum(chances.values())
        if self.intent in chances or whole < _LIKELY_AT_ALL:
            return self
        best = max(chances, key=lambda name: chances[name])
        return Verdict(best, chances[best] / whole, self.others)


class Rasa:
    """Asks over HTTP, remembers answers, and stops asking for a while after a row of failures."""

    def __init__(self, url: str, timeout: float) -> None:
        self.failures = 0
        self._address = f"{url.rstrip('/')}/model/parse"
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self.rests_until = 0.0
        self._answers: OrderedDict[str, Verdict] = OrderedDict()
        self._session: aiohttp.ClientSession | None = None

    @property
    def resting(self) -> bool:
        return time.monotonic() < self.rests_until

    async def verdict(self, text: str) -> Verdict | None:
        """`text` is a message reduced to its shape, so that amounts do not make it a new one."""
        if known := self._answers.get(text):
            self._answers.move_to_end(text)
            return known
        if self.resting:
            return None
        if self.failures >= _FAILURES_TO_OPEN:
            # One message tries whether it is back; those meanwhile do not wait for it.
            self.rests_until = time.monotonic() + _PAUSE_SECONDS
        answer = await self._ask(text)
        if answer is None:
            self.failures += 1
            if self.failures >= _FAILURES_TO_OPEN:
                self.rests_until = time.monotonic() + _PAUSE_SECONDS
            return None
        self.failures, self.rests_until = 0, 0.0
        self._answers[text] = answer
        if len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        return answer

    async def close(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()

    async def _ask(self, text: str) -> Verdict | None:
        for _ in (1, 2):  # a connection that Rasa had just closed, for it was idle, says nothing about Rasa
            try:
                return _verdict(await self._post(text))
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                continue
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
                break
        return None

    async def _post(self, text: str) -> Any:
        if self._session is None:  # made here, because it belongs to the loop that is running
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE))
        async with self._session.post(self._address, json={"text": text}, timeout=self._timeout) as response:
            response.raise_for_status()
            return await response.json()


def _verdict(answer: Any) -> Verdict | None:
    name, confidence = answer["intent"]["name"], float(answer["intent"]["confidence"])
    others = {each["name"]: float(each["confidence"]) for each in answer.get("intent_ranking", ())}
    return Verdict(str(name), confidence, others) if name and 0 <= confidence <= 1 else None
