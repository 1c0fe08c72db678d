"""The page with the phones, and what its buttons call."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.console.simulator.gateway import deliver
from bot.console.simulator.phones import (
    LARGEST_UPLOAD,
    Direction,
    Kind,
    Letter,
    Phone,
    Picture,
    Upload,
    new_sid,
    now,
    segments_of,
)
from bot.console.simulator.webhook import API_VERSION, LONGEST_BODY, Line, plugged

FOLDER = Path(__file__).parent / "page"
FILES = {file.name: file for file in FOLDER.iterdir()}

#: A page that has gone is noticed between two listenings; together they delay a shutdown only a little.
LISTENINGS, SECONDS_BETWEEN = 8, 0.25

#: What a phone of this simulator can photograph or attach.
PICTURES: dict[str, Kind] = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "application/pdf": "document",
    "audio/ogg": "audio",
}

NOTHING_FOREIGN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": NOTHING_FOREIGN,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

Text = Annotated[str, Field(min_length=1, max_length=LONGEST_BODY)]


class Pin(BaseModel):
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    name: str = Field("", max_length=100)


class Tap(BaseModel):
    """A button or a row of the message `of`; a phone can tap only what it was shown."""

    payload: str
    of: str


class Written(BaseModel):
    """What a person does on a phone: exactly one of these."""

    model_config = ConfigDict(extra="forbid")

    text: Text | None = None
    tap: Tap | None = None
    location: Pin | None = None
    voice: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> "Written":
        if len(self.model_fields_set) != 1:
            raise ValueError("say exactly one of text, tap, location, voice")
        return self


class NewPhone(BaseModel):
    channel: Literal["whatsapp", "sms"]
    number: str | None = Field(None, pattern=r"^\+[1-9]\d{6,14}$", description="Left out: any that is free.")


def pages(line: Line) -> APIRouter:
    router = APIRouter()
    phones = line.phones

    def phone_of(name: str) -> Phone:
        if name not in phones.on_desk:
            raise HTTPException(404, "There is no such phone.")
        return phones.on_desk[name]

    @router.get("")
    async def page() -> FileResponse:
        return FileResponse(FILES["index.html"], headers=HEADERS)

    @router.get("/static/{name}")
    async def static(name: str) -> FileResponse:
        if name not in FILES:
            raise HTTPException(404)
        return FileResponse(FILES[name], headers=HEADERS)

    @router.get("/phones")
    async def all_phones() -> dict[str, Any]:
        return _news(line, 0)

    @router.get("/events")
    async def events(request: Request, epoch: str = "", after: int = 0) -> dict[str, Any]:
        """What happened beyond the page's cursor; waits a little for something to happen.

        A page that comes from before our start, or from nowhere, is told everything at once.
        """
        if epoch != phones.epoch:
            return _news(line, 0)
        for _ in range(LISTENINGS):
            await phones.wait_beyond(after, SECONDS_BETWEEN)
            if phones.revision > after or await request.is_disconnected():
                break
        return _news(line, after)

    @router.post("/phones", status_code=201)
    async def new_phone(wanted: NewPhone) -> dict[str, Any]:
        if wanted.number and any(one.number == wanted.number for one in phones.on_desk.values()):
            raise HTTPException(409, "That number has a phone already.")
        phone = phones.add(wanted.channel, wanted.number)
        if phone is None:
            raise HTTPException(409, "The desk is full.")
        return asdict(phone)

    @router.post("/phones/{name}/send", status_code=201)
    async def send(name: str, written: Written, request: Request) -> dict[str, Any]:
        phone = phone_of(name)
        letter = write(line, phone, written)
        return (await deliver(plugged(line, request), phone, letter)).to_json()

    @router.post("/phones/{name}/photo", status_code=201)
    async def photo(name: str, request: Request, caption: str = "") -> dict[str, Any]:
        phone = phone_of(name)
        content_type = request.headers.get("content-type", "").partition(";")[0].lower()
        if content_type not in PICTURES:
            raise HTTPException(415, "A JPEG, PNG or WebP photo, or a PDF.")
        if phone.channel != "whatsapp":
            raise HTTPException(422, "A phone on SMS sends only text.")
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > LARGEST_UPLOAD:
                raise HTTPException(413, "At most 10 MB.")
        letter = attach(line, phone, Upload(content_type, bytes(content)), caption[:LONGEST_BODY])
        return (await deliver(plugged(line, request), phone, letter)).to_json()

    @router.post("/phones/{name}/again/{sid}", status_code=201)
    async def again(name: str, sid: str, request: Request) -> dict[str, Any]:
        """Delivers the same message once more under the same id, as a carrier does that is unsure."""
        phone = phone_of(name)
        letter = next(
            (one for one in phones.letters(phone) if one.sid == sid and one.direction == "to_bot"), None
        )
        if letter is None:
            raise HTTPException(404, "There is no such message.")
        return (await deliver(plugged(line, request), phone, letter)).to_json()

    @router.get("/media/{message}/{media}")
    async def uploaded(message: str, media: str) -> Response:
        upload = phones.upload(f"{message}/{media}")
        if upload is None:
            raise HTTPException(404, "It is gone.")
        headers = HEADERS | {"Content-Security-Policy": "sandbox; default-src 'none'"}
        return Response(upload.content, media_type=upload.content_type, headers=headers)

    return router


def _news(line: Line, after: int) -> dict[str, Any]:
    phones = line.phones
    return {
        "epoch": phones.epoch,
        "revision": phones.revision,
        "phones": [asdict(phone) for phone in phones.on_desk.values()],
        "letters": [letter.to_json() for letter in phones.since(after)],
    }


def write(line: Line, phone: Phone, written: Written) -> Letter:
    if written.text is not None:
        segments = segments_of(written.text) if phone.channel == "sms" else None
        return _letter(phone, "text", text=written.text, segments=segments)
    if phone.channel != "whatsapp":
        raise HTTPException(422, "A phone on SMS sends only text.")
    if written.tap:
        return tapped(line, phone, written.tap)
    if written.location:
        pin = written.location
        return _letter(phone, "location", location=(pin.lat, pin.lon), place=pin.name)
    voice = FILES["voice-note.ogg"].read_bytes()
    return attach(line, phone, Upload("audio/ogg", voice), "")


def tapped(line: Line, phone: Phone, tap: Tap) -> Letter:
    shown = next((letter for letter in line.phones.letters(phone) if letter.sid == tap.of), None)
    kind: Kind = "button" if shown and shown.buttons else "interactive"
    for choice in shown.buttons or shown.rows if shown else ():
        if choice.payload == tap.payload:
            return _letter(phone, kind, text=choice.title, tap=choice.payload, answers=tap.of)
    raise HTTPException(422, "There is nothing like that to tap.")


def attach(line: Line, phone: Phone, upload: Upload, caption: str) -> Letter:
    """The file stays here, at the pretend carrier; the bot gets its address and must ask for it."""
    message, media = new_sid("MM"), new_sid("ME")
    line.phones.keep(f"{message}/{media}", upload)
    account = line.settings.twilio_account_sid
    path = f"/{API_VERSION}/Accounts/{account}/Messages/{message}/Media/{media}"
    picture = Picture(line.settings.twilio_api_url + path, upload.content_type, f"{message}/{media}")
    kind = PICTURES[upload.content_type]
    return _letter(phone, kind, sid=message, text=caption, media=(picture,))


def _letter(phone: Phone, kind: Kind, *, sid: str | None = None, **what: Any) -> Letter:
    direction: Direction = "to_bot"
    return Letter(sid or new_sid("SM"), phone.id, direction, kind, now(), **what)
