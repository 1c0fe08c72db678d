"""The pretend carrier knocks at our own door, exactly as Twilio would: a signed form over HTTP.

One rule says where: requests are signed over PUBLIC_BASE_URL and delivered to the socket of this very server,
so nothing ever leaves this computer. An address outside PUBLIC_BASE_URL is refused.

Not imitated: retries, fallback addresses, `<Redirect>`, the 24-hour window.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urldefrag
from xml.etree import ElementTree

import httpx
from fastapi import Request
from twilio.request_validator import RequestValidator

from bot.console.simulator.phones import Letter, Phone, Phones, Picture, new_sid, now, segments_of
from bot.settings import Settings

DOOR = "/carrier/twilio/message"
LONGEST_BODY = 1600
API_VERSION = "2010-04-01"
SECONDS_TWILIO_WAITS = 15.0

#: Why a message of the person did not reach the bot, with Twilio's own number for it.
TROUBLE = {
    "refused": "11200 · the bot answered {status}",
    "slow": "11205 · the bot did not answer in time",
    "away": "11205 · the bot cannot be reached",
    "type": "12300 · the bot answered with {content_type}, not XML",
    "xml": "12100 · the bot's answer is not well-formed XML",
    "schema": "12200 · the bot's answer is not a TwiML response",
}

#: The statuses a message goes through, in the order in which they are told.
WAYS = {
    "whatsapp": ("sent", "delivered", "read"),
    "sms": ("sent", "delivered"),
    "failed": ("sent", "undelivered"),
}


@dataclass(frozen=True)
class Line:
    """The cable between the pretend phones and the bot."""

    settings: Settings
    phones: Phones
    socket: str = ""
    http: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(timeout=SECONDS_TWILIO_WAITS, trust_env=False)
    )
    errands: set[asyncio.Task[None]] = field(default_factory=set)

    def our_number(self, phone: Phone) -> str:
        s = self.settings
        return s.twilio_whatsapp_sender if phone.channel == "whatsapp" else s.twilio_sms_sender


@dataclass(frozen=True)
class Said:
    """A `<Message>` of a TwiML answer."""

    text: str
    media: tuple[str, ...] = ()
    status_callback: str = ""


class Refused(Exception):
    """What happened instead of an answer, in words for the phone's screen."""


def plugged(line: Line, request: Request) -> Line:
    """Plugs the line into this server's own socket; the Host header is not asked, anyone may write it."""
    host, port = request.scope["server"]
    return replace(line, socket=f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


def inside(settings: Settings, url: str) -> bool:
    return url.startswith(settings.public_base_url + "/")


async def post_signed(line: Line, url: str, form: Mapping[str, str]) -> httpx.Response:
    """Signs over the public address, delivers to our own socket; a fragment is neither signed nor sent."""
    url = urldefrag(url).url
    if not inside(line.settings, url):
        raise Refused("21609 · the address is not below PUBLIC_BASE_URL")
    token = line.settings.twilio_auth_token[0].get_secret_value()
    signature = RequestValidator(token).compute_signature(url, dict(form))
    try:
        return await line.http.post(
            line.socket + url.removeprefix(line.settings.public_base_url),
            data=dict(form),
            headers={"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"},
        )
    except httpx.TimeoutException:
        raise Refused(TROUBLE["slow"]) from None
    except httpx.HTTPError:
        raise Refused(TROUBLE["away"]) from None


def form_of(line: Line, phone: Phone, letter: Letter) -> dict[str, str]:
    """The fields Twilio sends for what a person wrote, tapped, photographed, spoke or pinned."""
    ours = line.our_number(phone)
    form = {
        "ApiVersion": API_VERSION,
        "AccountSid": line.settings.twilio_account_sid,
        "MessageSid": letter.sid,
        "SmsSid": letter.sid,
        "SmsMessageSid": letter.sid,
        "SmsStatus": "received",
        "From": phone.address,
        "To": ours,
        "Body": letter.text,
        "NumMedia": str(len(letter.media)),
        "NumSegments": str(letter.segments.count) if letter.segments else "1",
    }
    for n, picture in enumerate(letter.media):
        form |= {f"MediaUrl{n}": picture.url, f"MediaContentType{n}": picture.content_type}
    if phone.channel == "whatsapp":
        form |= {
            "ProfileName": phone.name,
            "WaId": phone.number.lstrip("+"),
            "MessageType": letter.kind,
            "ChannelMetadata": json.dumps(
                {"type": "whatsapp", "data": {"context": {"ProfileName": phone.name}}}, ensure_ascii=False
            ),
            "ReferralNumMedia": "0",
        }
    else:
        form |= {f"{end}{what}": "" for end in ("From", "To") for what in ("City", "State", "Zip")}
        form |= {"FromCountry": "IN", "ToCountry": "US"}
    if letter.location:
        lat, lon = letter.location
        form |= {"Latitude": str(lat), "Longitude": str(lon), "Address": "", "Label": ""}
    if letter.kind == "button":
        form |= {"ButtonText": letter.text, "ButtonPayload": letter.tap, "ButtonType": "REPLY"}
    if letter.kind == "interactive":
        form |= {"ListId": letter.tap, "ListTitle": letter.text}
    if letter.answers:
        form |= {"OriginalRepliedMessageSid": letter.answers, "OriginalRepliedMessageSender": ours}
    return form


def read_twiml(answer: httpx.Response) -> tuple[Said, ...]:
    if not answer.is_success:
        raise Refused(TROUBLE["refused"].format(status=answer.status_code))
    if answer.status_code == 204:
        return ()
    content_type = answer.headers.get("content-type", "nothing").partition(";")[0]
    if content_type not in ("text/xml", "application/xml"):
        raise Refused(TROUBLE["type"].format(content_type=content_type))
    try:
        root = ElementTree.fromstring(answer.content)  # noqa: S314 (it comes from this very server)
    except ElementTree.ParseError:
        raise Refused(TROUBLE["xml"]) from None
    if root.tag != "Response":
        raise Refused(TROUBLE["schema"])
    return tuple(_said(message) for message in root.iter("Message"))


def _said(message: ElementTree.Element) -> Said:
    body = message.find("Body")
    text = (message.text or "").strip() if body is None else (body.text or "")
    media = tuple((m.text or "").strip() for m in message.findall("Media"))
    return Said(text, media, message.get("action") or message.get("statusCallback") or "")


async def deliver(line: Line, phone: Phone, letter: Letter) -> Letter:
    """Takes a person's message to the bot and shows the answer on their phone."""
    letter = line.phones.show(replace(letter, status="sending", error=""))
    try:
        answer = await post_signed(line, line.settings.public_base_url + DOOR, form_of(line, phone, letter))
        said = read_twiml(answer)
    except Refused as trouble:
        return line.phones.show(replace(letter, status="failed", error=str(trouble)))
    shown = line.phones.letters(phone)
    overtaken = any(m.direction == "from_bot" for m in shown[_place_of(letter, shown) :])
    read = overtaken and phone.channel == "whatsapp"
    letter = line.phones.show(replace(letter, status="read" if read else "delivered"))
    for one in said:
        arrive(line, phone, from_twiml(phone, one), one.status_callback)
    return letter


def _place_of(letter: Letter, shown: list[Letter]) -> int:
    return next((i for i, m in enumerate(shown) if m.sid == letter.sid), len(shown))


def from_twiml(phone: Phone, said: Said) -> Letter:
    sid = new_sid("MM" if said.media else "SM")
    media = tuple(Picture(url) for url in said.media)
    if len(said.text) > LONGEST_BODY:
        error = f"21617 · the answer has {len(said.text)} characters, more than {LONGEST_BODY}"
        return Letter(sid, phone.id, "from_bot", "text", now(), status="failed", error=error)
    return Letter(sid, phone.id, "from_bot", "text", now(), text=said.text, media=media)


def arrive(line: Line, phone: Phone, letter: Letter, status_callback: str = "") -> None:
    """A message of the bot reaches a phone: it is shown, what the person wrote before has been read."""
    if phone.id not in line.phones.on_desk:
        letter = replace(letter, status="failed", error="30003 · this phone is switched off")
    failed = letter.status == "failed"
    on_sms = phone.channel == "sms"
    if phone.id in line.phones.on_desk:
        segments = segments_of(letter.text) if on_sms else None
        status = letter.status if failed else "delivered"
        line.phones.show(replace(letter, status=status, segments=segments))
    if not on_sms and not failed:
        for earlier in line.phones.letters(phone):
            if earlier.direction == "to_bot" and earlier.status == "delivered":
                line.phones.show(replace(earlier, status="read"))
    if status_callback:
        way = WAYS["failed" if failed else phone.channel]
        errand = asyncio.create_task(report(line, phone, letter, status_callback, way))
        line.errands.add(errand)
        errand.add_done_callback(line.errands.discard)


async def report(line: Line, phone: Phone, letter: Letter, url: str, way: tuple[str, ...]) -> None:
    """Tells the bot how its message fared, one status callback after the other."""
    if url.startswith("/"):
        url = line.settings.public_base_url + url
    for status in way:
        form = {
            "ApiVersion": API_VERSION,
            "AccountSid": line.settings.twilio_account_sid,
            "MessageSid": letter.sid,
            "SmsSid": letter.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "From": line.our_number(phone),
            "To": phone.address,
        }
        if phone.channel == "whatsapp":
            form |= {"ChannelPrefix": "whatsapp", "ChannelInstallSid": "XE" + "0" * 32}
            if status in ("delivered", "read"):
                form["EventType"] = status.upper()
        if status == "undelivered":
            form["ErrorCode"] = letter.error.partition(" ")[0]
        try:
            await post_signed(line, url, form)
        except Refused:
            return
