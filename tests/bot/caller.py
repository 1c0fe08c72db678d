"""Somebody at a telephone: hears what our TwiML says, presses keys, speaks, stays silent, hangs up."""

from dataclasses import dataclass, field
from uuid import uuid4
from xml.etree import ElementTree

import httpx

from tests.bot.twilio_wire import signed_post

BASE = "https://mandi.example"
TOKEN = "calls-token"
VOICE = "/carrier/twilio/voice"
OURS = "+15005550006"


@dataclass
class Caller:
    client: httpx.AsyncClient
    phone: str = "+919876500001"
    sid: str = field(default_factory=lambda: f"CA{uuid4().hex}")
    verbs: list[ElementTree.Element] = field(default_factory=list)

    async def calls(self, path: str = VOICE) -> str:
        return await self._post(path)

    async def presses(self, keys: str) -> str:
        return await self._post(self.action(), Digits=keys)

    async def says(self, words: str) -> str:
        return await self._post(self.action(), SpeechResult=words, Confidence="0.9")

    async def waits(self) -> str:
        return await self._post(self.action(), Digits="")

    async def status(self, status: str, sequence: int | None = None, path: str = f"{VOICE}/status") -> int:
        fields = {**self._form(), "CallStatus": status, "CallDuration": "61"}
        if sequence is not None:
            fields["SequenceNumber"] = str(sequence)
        return (await signed_post(self.client, path, fields, TOKEN, BASE)).status_code

    async def recorded(self, recording: str) -> int:
        fields = {
            **self._form(),
            "RecordingSid": recording,
            "RecordingStatus": "completed",
            "RecordingDuration": "7",
        }
        path = httpx.URL(str(self.verbs[-1].get("recordingStatusCallback"))).raw_path.decode()
        return (await signed_post(self.client, path, fields, TOKEN, BASE)).status_code

    def action(self) -> str:
        return httpx.URL(str(self.verbs[-1].get("action"))).raw_path.decode()

    @property
    def hears(self) -> str:
        return " ".join(say.text or "" for verb in self.verbs for say in verb.iter("Say"))

    @property
    def voices(self) -> list[str]:
        return [str(say.get("language")) for verb in self.verbs for say in verb.iter("Say")]

    @property
    def ended(self) -> bool:
        return self.verbs[-1].tag == "Hangup"

    def _form(self) -> dict[str, str]:
        return {
            "CallSid": self.sid,
            "AccountSid": "AC" + "0" * 32,
            "From": self.phone,
            "To": OURS,
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }

    async def _post(self, path: str, **fields: str) -> str:
        response = await signed_post(self.client, path, {**self._form(), **fields}, TOKEN, BASE)
        assert response.status_code == 200, response.text
        self.verbs = list(ElementTree.fromstring(response.text))
        return self.hears
