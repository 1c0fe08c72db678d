"""The whole house as real processes, and a phone that writes to it over HTTP as the carrier would."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import psutil
from twilio.request_validator import RequestValidator

from bot.demo.house import FOR_A_STORY, House, raised

TOKEN = "a-token-of-the-tests"
DOOR = "/carrier/twilio/message"


@dataclass(frozen=True)
class Standing(House):
    @property
    def postmaster(self) -> int:
        return int((self.folder / ".mandi/postgres/postmaster.pid").read_text().splitlines()[0])

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        (found,) = [each for each in self.children() if word in each.cmdline()]
        return found

    def post(self, form: dict[str, str], signature: str | None = None) -> httpx.Response:
        """Signed over the public address, unless another signature is given."""
        url = self.url + DOOR
        signature = signature or RequestValidator(TOKEN).compute_signature(url, form)
        return httpx.post(url, data=form, headers={"X-Twilio-Signature": signature}, timeout=20)

    def hear(self, phone: str, text: str, sid: str | None = None) -> str:
        """What the bot answers to these words, in the reply to the webhook."""
        answer = self.post(letter(phone, text, sid))
        answer.raise_for_status()
        return "".join(ElementTree.fromstring(answer.text).itertext())


def letter(phone: str, text: str, sid: str | None = None) -> dict[str, str]:
    to = "whatsapp:+14155238886" if phone.startswith("whatsapp:") else "+15005550006"
    return {
        "MessageSid": sid or new_sid(),
        "From": phone,
        "To": to,
        "Body": text,
        "NumMedia": "0",
    }


def new_sid() -> str:
    return "SM" + uuid4().hex


@contextmanager
def standing(folder: Path) -> Iterator[Standing]:
    """`mandi up` in this folder, ready to answer; ended by force if the test has not ended it."""
    with raised(folder, {**FOR_A_STORY, "TWILIO_AUTH_TOKEN": TOKEN}) as house:
        yield Standing(**vars(house))


def soon(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
