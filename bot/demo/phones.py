"""The phones of the simulator page, held in our hands: what is written on them goes to the bot as signed webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

#: The page's events wait a little themselves; the bot has fifteen seconds to take a message.
PATIENCE = 30.0

Letter = dict[str, Any]


class NotTaken(Exception):
    """A message did not reach the bot, or there is nothing like it to tap."""


@dataclass
class Desk:
    """`letters` by their id, in the order in which we first saw them."""

    url: str
    epoch: str = ""
    seen: int = 0
    letters: dict[str, Letter] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=f"{self.url}/simulator", timeout=PATIENCE, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def look(self, *, wait: bool = False) -> None:
        """What is on the desk now; or what is new since the last look, for which we wait two seconds."""
        since = f"/events?epoch={self.epoch}&after={self.seen}"
        told = self._json(self.http.get(since if wait else "/phones"))
        self.epoch, self.seen = told["epoch"], told["revision"]
        for phone in told["phones"]:
            self.names[phone["number"] + phone["channel"]] = phone["id"]
        for letter in told["letters"]:
            self.letters[letter["sid"]] = letter

    def phone(self, channel: str, number: str) -> str:
        """The name of this phone; a new one is put on the desk."""
        self.look()
        known = self.names.get(number + channel)
        if known is None:
            made = self.http.post("/phones", json={"channel": channel, "number": number})
            known = str(self._json(made)["id"])
        return known

    def on(self, phone: str) -> list[Letter]:
        return [letter for letter in self.letters.values() if letter["phone"] == phone]

    def write(self, phone: str, text: str) -> None:
        self._sent(self.http.post(f"/phones/{phone}/send", json={"text": text}))

    def tap(self, phone: str, title: str) -> None:
        for letter in reversed(self.on(phone)):
            for row in (*letter["buttons"], *letter["rows"]):
                if row["title"] == title:
                    tap = {"payload": row["payload"], "of": letter["sid"]}
                    self._sent(self.http.post(f"/phones/{phone}/send", json={"tap": tap}))
                    return
        raise NotTaken(f"there is no {title!r} to tap")

    def photograph(self, phone: str, jpeg: bytes) -> None:
        headers = {"Content-Type": "image/jpeg"}
        self._sent(self.http.post(f"/phones/{phone}/photo", content=jpeg, headers=headers))

    def picture(self, shown: Mapping[str, str]) -> bytes:
        """Taken with this phone, or sent by the bot."""
        url = f"{self.url}/simulator/media/{shown['sid']}" if shown["sid"] else shown["url"]
        return httpx.get(url, timeout=PATIENCE, trust_env=False).raise_for_status().content

    def _sent(self, answer: httpx.Response) -> None:
        letter = self._json(answer)
        if letter["error"]:
            raise NotTaken(letter["error"])

    def _json(self, answer: httpx.Response) -> Any:
        if answer.is_error:
            raise NotTaken(f"{answer.status_code}: {answer.text}")
        return answer.json()
