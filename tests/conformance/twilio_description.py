"""Twilio's own OpenAPI description (`twilio_api.json` says where it is from), held against what we send.

It knows parameters, types and shapes. What it is blind to, and Twilio is not, stands in `COMPANY`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import jsonschema_rs

DESCRIPTION: Mapping[str, Any] = json.loads((Path(__file__).parent / "twilio_api.json").read_text())
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
LONGEST_BODY = 1600

Values = Mapping[str, list[str]]


class NotAsDescribed(AssertionError):
    pass


#: Which parameters of a new message may stand together, and how long its words may be.
COMPANY: Mapping[str, Callable[[Values], bool]] = {
    "From or MessagingServiceSid, not both": lambda sent: ("From" in sent) != ("MessagingServiceSid" in sent),
    "Body, MediaUrl or ContentSid": lambda sent: bool(sent.keys() & {"Body", "MediaUrl", "ContentSid"}),
    "nothing beside ContentSid": lambda sent: (
        "ContentSid" not in sent or not sent.keys() & {"Body", "MediaUrl"}
    ),
    "a body of at most 1600": lambda sent: len(sent.get("Body", [""])[0]) <= LONGEST_BODY,
    "variables that are a flat map of texts": lambda sent: all(
        isinstance(value, str) and value
        for variables in sent.get("ContentVariables", ())
        for value in json.loads(variables).values()
    ),
}


@dataclass
class Described:
    """A carrier's side that answers as it is told, and raises when a request or its answer is not as described.

    What the description does not know is no fault, for it may be older than Twilio: it is noted in `unknown`.
    """

    answer: Callable[[httpx.Request], httpx.Response]
    seen: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, operation, values = found(request)
        self.seen.append(f"{request.method} {path}")
        self.unknown += [f"{path}: {name}" for name in check_request(request, path, operation, values)]
        response = self.answer(request)
        check_answer(response, operation)
        return response


def found(request: httpx.Request) -> tuple[str, Mapping[str, Any], Values]:
    origin = f"{request.url.scheme}://{request.url.host}"
    for path, item in DESCRIPTION["paths"].items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
        match = re.fullmatch(pattern, request.url.path)
        if match and request.method.lower() in item and {"url": origin} in item["servers"]:
            values = {name: [value] for name, value in match.groupdict().items()}
            return path, item[request.method.lower()], values
    raise NotAsDescribed(f"there is no {request.method} {request.url.copy_with(query=None)}")


def check_request(
    request: httpx.Request, path: str, operation: Mapping[str, Any], in_path: Values
) -> Iterator[str]:
    """The names of parameters that are not described. Raises `NotAsDescribed`."""
    in_query = _several(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    described = {each["name"]: each for each in operation["parameters"]}
    yield from _check(in_path | in_query, {name: each["schema"] for name, each in described.items()})
    missing = (
        {name for name, each in described.items() if each.get("required")} - in_path.keys() - in_query.keys()
    )
    if missing:
        raise NotAsDescribed(f"{path} wants {missing}")
    body = operation.get("requestBody", {}).get("content", {})
    kind = request.headers.get("content-type", "").partition(";")[0]
    if not body and not request.content:
        return
    if kind not in body:
        raise NotAsDescribed(f"{path} takes {[*body]}, not {kind!r}")
    if kind == JSON:
        _valid(json.loads(request.content), body[JSON]["schema"], path)
        return
    schema = _resolved(body[FORM]["schema"])
    sent = _several(parse_qsl(request.content.decode(), keep_blank_values=True, strict_parsing=True))
    yield from _check(sent, schema["properties"])
    if absent := set(schema.get("required", ())) - sent.keys():
        raise NotAsDescribed(f"{path} wants {absent}")
    if path.endswith("/Messages.json"):
        for rule, holds in COMPANY.items():
            if not holds(sent):
                raise NotAsDescribed(f"{path} wants {rule}")


def check_answer(response: httpx.Response, operation: Mapping[str, Any]) -> None:
    """An error may always come; whatever else comes is described."""
    if response.is_error:
        return
    described = operation["responses"].get(str(response.status_code))
    if described is None:
        raise NotAsDescribed(f"it answers {[*operation['responses']]}, not {response.status_code}")
    if JSON in described.get("content", {}):
        # of formats its list knows less than its own server: `uri` there is a path
        _valid(response.json(), described["content"][JSON]["schema"], "the answer", formats=False)


def _several(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _check(sent: Values, schemas: Mapping[str, Any]) -> Iterator[str]:
    for name, values in sent.items():
        if name in schemas:
            _valid(_typed(values, _resolved(schemas[name])), schemas[name], name)
        else:
            yield name


def _typed(values: list[str], schema: Mapping[str, Any]) -> Any:
    """A form carries only texts: what they say, as far as the schema lets them say more."""
    if schema.get("type") == "array":
        return [_typed([value], _resolved(schema["items"])) for value in values]
    if len(values) != 1:
        return values
    if schema.get("type") in ("integer", "number", "boolean"):
        try:
            return json.loads(values[0])
        except ValueError:
            return values[0]
    return values[0]


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return DESCRIPTION["components"]["schemas"][name] if name else schema


def _valid(value: Any, schema: Mapping[str, Any], where: str, formats: bool = True) -> None:
    whole = {**_in_draft_4(schema), "components": COMPONENTS}
    error = next(jsonschema_rs.Draft4Validator(whole, validate_formats=formats).iter_errors(value), None)
    if error:
        raise NotAsDescribed(f"{where}: {error.message}")


def _in_draft_4(schema: Any) -> Any:
    """OpenAPI 3.0 says "or null" in a word of its own."""
    if isinstance(schema, list):
        return [_in_draft_4(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _in_draft_4(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


COMPONENTS = _in_draft_4(DESCRIPTION["components"])
