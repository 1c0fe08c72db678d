"""Twilio's Content API, as far as we speak it: templates are made, listed and at once approved."""

import secrets
from typing import Any

from fastapi import APIRouter, Request

from bot.console.simulator.templates import Templates
from bot.console.simulator.wire import TwilioRoute, let_in, refuse
from bot.settings import Settings


def rest(settings: Settings, templates: Templates) -> APIRouter:
    router = APIRouter(route_class=TwilioRoute, include_in_schema=False)

    @router.post("/v1/Content", status_code=201)
    async def make_template(request: Request) -> dict[str, Any]:
        let_in(settings, request)
        try:
            definition = await request.json()
        except ValueError:
            raise refuse(20001, "The request body is not JSON.") from None
        if not isinstance(definition, dict) or not isinstance(definition.get("types"), dict):
            raise refuse(20001, "'types' is required.")
        return templates.keep("HX" + secrets.token_hex(16), definition)

    @router.get("/v1/Content")
    async def all_templates(request: Request) -> dict[str, Any]:
        let_in(settings, request)
        contents = list(templates.by_sid.values())
        return _one_page(contents)

    @router.get("/v1/ContentAndApprovals")
    async def all_with_approvals(request: Request) -> dict[str, Any]:
        let_in(settings, request)
        return _one_page(templates.with_approvals())

    @router.post("/v1/Content/{sid}/ApprovalRequests/whatsapp", status_code=201)
    async def approve(sid: str, request: Request) -> dict[str, Any]:
        let_in(settings, request)
        asked = await request.json()
        if sid not in templates.by_sid or not isinstance(asked, dict) or not asked.get("name"):
            raise refuse(20404, "The requested resource was not found", 404)
        templates.approved[sid] = str(asked["name"])
        return {"name": asked["name"], "category": asked.get("category"), "status": "received"}

    return router


def _one_page(contents: list[dict[str, Any]]) -> dict[str, Any]:
    meta = {"page": 0, "page_size": len(contents), "next_page_url": None, "key": "contents"}
    return {"contents": contents, "meta": meta}
