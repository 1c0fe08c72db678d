"""The phone simulator: a pretend Twilio and a page of phones. Mounted only when settings.simulator is on."""

from fastapi import APIRouter

from bot.carriers.twilio import content
from bot.console.simulator import contents, gateway, page, wire
from bot.console.simulator.phones import Phones
from bot.console.simulator.templates import shipped
from bot.console.simulator.webhook import Line
from bot.settings import Settings


def routes(settings: Settings) -> APIRouter:
    if not settings.twilio_api_url.endswith(content.SIMULATOR):
        raise ValueError(f"SIMULATOR is on, so TWILIO_API_URL must end with {content.SIMULATOR}")
    line = Line(settings, Phones())
    router = APIRouter(include_in_schema=False)
    templates = shipped()
    router.include_router(wire.rest(line, templates), prefix="/simulator/twilio")
    router.include_router(contents.rest(settings, templates), prefix="/simulator/twilio")
    if settings.sms_carrier == "gateway":
        router.include_router(gateway.routes(line), prefix="/simulator/gateway")
    router.include_router(page.pages(line), prefix="/simulator")
    return router
