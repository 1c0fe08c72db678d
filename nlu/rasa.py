"""The intent as our Rasa server sees it; None when it is down, slow or talks nonsense."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

import httpx

_FAILURES_TO_OPEN = 3
_PAUSE_SECONDS = 10.0
_REMEMBERED = 4096


@dataclass(frozen=True)
class Verdict:
    intent: str
    confidence: float


class Rasa:
    """Asks over HTTP, remembers answers, and stops asking for a while after a row of failures."""

    def __init__(self, url: str, timeout: float) -> None:
        self.failures = 0
        self._timeout = timeout
        self.rests_until = 0.0
        self._answers: OrderedDict[str, Verdict] = OrderedDict()
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=16)
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout, limits=limits, trust_env=False)

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
        await self._client.aclose()

    async def _ask(self, text: str) -> Verdict | None:
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.post("/model/parse", json={"text": text})
            response.raise_for_status()
            intent = response.json()["intent"]
            return Verdict(str(intent["name"]), float(intent["confidence"])) if intent["name"] else None
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError):
            return None
