"""The documentation as one page that fetches nothing from elsewhere."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2a1f }
code, pre { font: 14px/1.45 ui-monospace, monospace; background: #f2f5ee; border-radius: 4px }
pre { padding: .7rem; overflow-x: auto } code { padding: .1rem .3rem } pre code { padding: 0 }
details { border-bottom: 1px solid #dde5d6; padding: .4rem 0 } summary { cursor: pointer }
summary b { display: inline-block; width: 4.5rem; color: #2f6b2f } h2 { margin-top: 2.5rem }
.words { white-space: pre-wrap }
table { border-collapse: collapse } td { padding: .2rem .8rem .2rem 0; vertical-align: top }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def routes(app: FastAPI) -> APIRouter:
    router = APIRouter()

    @router.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse("".join(_page(app.openapi())), headers={"Content-Security-Policy": POLICY})

    return router


def _page(spec: Mapping[str, Any]) -> Iterator[str]:
    title = escape(f"{spec['info']['title']} {spec['info']['version']}")
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
    yield f"<h1>{title}</h1>{_text(spec['info']['description'])}"
    yield '<p>For programs: <a href="openapi.json">openapi.json</a></p>'
    for tag in spec.get("tags", ()):
        yield f"<h2>{escape(tag['name'])}</h2>{_text(tag['description'])}"
        for path, operations in spec["paths"].items():
            for method, operation in operations.items():
                if tag["name"] in operation.get("tags", ()):
                    yield from _operation(spec["servers"][0]["url"] + path, method, operation)
    yield "<h2>Shapes</h2>"
    for name, schema in spec["components"]["schemas"].items():
        yield f"<details id='{escape(name)}'><summary><code>{escape(name)}</code></summary>{_json(schema)}</details>"
    yield "</html>"


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code> "
    yield f"{escape(operation.get('summary', ''))}</summary>{_text(operation.get('description', ''))}"
    if parameters := operation.get("parameters"):
        yield "<table>"
        for each in parameters:
            needed = "" if each.get("required") else "(optional)"
            words = escape(each.get("description", ""))
            yield f"<tr><td><code>{escape(each['name'])}</code> {needed}</td><td>{words}</td></tr>"
        yield "</table>"
    if "requestBody" in operation:
        yield f"<p>Body</p>{_json(operation['requestBody'].get('content', {}))}"
    yield "<table>"
    for status, answer in operation["responses"].items():
        yield f"<tr><td><b>{escape(status)}</b></td><td>{_text(answer['description'])}</td></tr>"
    yield "</table></details>"


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=1, ensure_ascii=False))}</pre>"


def _text(words: str) -> str:
    return f"<p class=words>{escape(words.strip())}</p>"
