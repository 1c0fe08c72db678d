"""How one SMS gateway wants to be spoken to, as data: a TOML file, shipped or the operator's own.

In India a text can be answered only through a local aggregator, and each names its fields otherwise. A profile says
what ours are called there. "fill in" stands where we could not know; with it nobody starts.
"""

import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.carriers.refusals import Act, Kind
from bot.settings import NotConfigured

SHIPPED = Path(__file__).parent / "profiles"
FILL_IN = "fill in"

#: A field's name, or the way to it in JSON: "data.messages.0.id".
Way = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Phone = Literal["+digits", "digits", "national"]


class BadProfile(NotConfigured):
    pass


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Marked(Part):
    """A field that says whether the text needs more than the GSM alphabet."""

    field: Way
    yes: str | int | bool
    no: str | int | bool


class SendFields(Part):
    """What our part of a message is called there; what is left out is not sent."""

    to: Way
    text: Way
    sender: Way | None = None
    own_id: Way | None = None
    callback: Way | None = None
    dlt_entity: Way | None = None
    dlt_header: Way | None = None
    dlt_template: Way | None = None


class Send(Part):
    """`url`, `headers` and `constants` may hold {user}, {secret} and {base}: SMS_GATEWAY_USER, SMS_GATEWAY_SECRET and
    PUBLIC_BASE_URL."""

    url: str
    method: Literal["GET", "POST"] = "POST"
    encoding: Literal["json", "form", "query"] = "json"
    phone: Phone = "digits"
    basic: bool = False
    headers: Mapping[str, str] = {}
    constants: Mapping[Way, str | int | bool] = {}
    fields: SendFields
    unicode: Marked | None = None


class Accepted(Part):
    """Where its answer holds the message's id, and where it complains although it answers 200.

    `means` says what a complaint is for us; `fine` lists what is none.
    """

    id: Way | None = None
    error: Way | None = None
    fine: tuple[str, ...] = ("", "0", "200", "success", "SUCCESS")
    means: Mapping[str, tuple[Kind, Act, str]] = {}


class Proof(Part):
    """How it shows that it is the one who knocks: a shared secret, or a signature over the raw body."""

    kind: Literal["secret", "hmac-sha256", "hmac-sha1"]
    header: str | None = None
    #: Of the address or the body, where the gateway can send no header of ours.
    field: Way | None = None
    #: What stands before the signature, as in "sha256=…".
    prefix: str = ""
    encoding: Literal["hex", "base64"] = "hex"


class Heard(Part):
    """A person's message. `each` is the way to a list where several come at once; "*" when the whole body is one."""

    method: Literal["GET", "POST"] = "POST"
    each: Way | None = None
    sender: Way
    recipient: Way
    text: Way
    id: Way | None = None
    #: When it was written: where messages have no id, two equal ones of one moment are one.
    at: Way | None = None


class Reported(Part):
    """What became of a message of ours; `statuses` maps their words to ours."""

    method: Literal["GET", "POST"] = "POST"
    each: Way | None = None
    status: Way
    id: Way | None = None
    own_id: Way | None = None
    error: Way | None = None
    statuses: Mapping[str, Literal["accepted", "queued", "sent", "delivered", "undelivered", "failed"]]


class Profile(Part):
    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    #: Where its facts come from.
    source: str
    send: Send
    accepted: Accepted
    proof: Proof
    heard: Heard
    reported: Reported


def load(name: str) -> Profile:
    """A shipped profile by its name, or one from a file. Raises `BadProfile`."""
    file = Path(name) if name.endswith(".toml") else SHIPPED / f"{name}.toml"
    try:
        written = tomllib.loads(file.read_text("utf-8"))
    except OSError:
        raise BadProfile(f"No profile {name}; shipped are {', '.join(shipped())}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadProfile(f"{file} is no TOML: {fault}") from None
    if gaps := [way for way, value in _leaves(written) if value == FILL_IN]:
        raise BadProfile(f"{file} still has to be filled in: {', '.join(gaps)}.")
    try:
        profile = Profile.model_validate(written)
    except ValidationError as fault:
        wrong = fault.errors()[0]
        raise BadProfile(f"{file}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}.") from None
    if (profile.proof.header is None) == (profile.proof.field is None):
        raise BadProfile(f"{file}: proof needs either a header or a field.")
    if profile.proof.kind != "secret" and "GET" in (profile.heard.method, profile.reported.method):
        raise BadProfile(f"{file}: a signature covers the body, and GET has none; proof must be a secret.")
    return profile


def shipped() -> list[str]:
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def _leaves(part: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _leaves(value, f"{way}.{key}" if way else key)
    elif isinstance(part, list):
        for n, value in enumerate(part):
            yield from _leaves(value, f"{way}.{n}")
    else:
        yield way, part


def found(document: Any, way: str | None) -> str:
    """What stands there, as text; empty where there is nothing."""
    for step in (way or "").split(".") if way else ():
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return ""
    if way is None or document is None or isinstance(document, (dict, list)):
        return ""
    return str(document)


def put(document: dict[str, Any], way: str, value: str | int | bool) -> None:
    """Objects that are missing on the way are made; a list is one with a single entry ("messages.0.to")."""
    here: Any = document
    steps = way.split(".")
    for step, after in pairwise(steps):
        empty: Any = [] if after == "0" else {}
        if isinstance(here, list):
            if not here:
                here.append(empty)
            here = here[0]
        else:
            here = here.setdefault(step, empty)
    if isinstance(here, list):
        here.append(value)
    else:
        here[steps[-1]] = value
