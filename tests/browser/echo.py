"""A bot that only repeats what reached it, for tests of the simulator alone; it does check signatures."""

import json
from typing import Any
from xml.sax.saxutils import escape

import httpx
from fastapi import FastAPI, Request, Response
from twilio.request_validator import RequestValidator

from bot.carriers.twilio import content
from bot.console.simulator import routes
from bot.message import Outgoing, Row
from bot.settings import Settings

CROPS = (
    Row("crop:rice", "Paddy straw", "About Rs 1,800 a tonne this week"),
    Row("crop:wheat", "Wheat straw", "Loose or baled"),
    Row("crop:cane", "Sugarcane bagasse", "From the mill"),
)
QUESTIONS = {
    "buttons": Outgoing(
        "", body="Is this right?", buttons=(Row("yes", "Yes"), Row("no", "No"), Row("back", "Go back"))
    ),
    "list": Outgoing("", body="What do you want to *sell*?", rows=CROPS, rows_title="Choose a crop"),
}


def twiml(*messages: str) -> Response:
    inside = "".join(f"<Message><Body>{escape(m)}</Body></Message>" for m in messages)
    return Response(f"<Response>{inside}</Response>", media_type="text/xml")


def app_for(settings: Settings) -> FastAPI:
    app = FastAPI()
    app.include_router(routes(settings))
    app.state.heard = []
    app.state.statuses = []
    token = settings.twilio_auth_token[0].get_secret_value()
    login = (settings.twilio_account_sid, token)

    async def form_of(request: Request) -> dict[str, str] | None:
        form = await request.form()
        url = settings.public_base_url + request.url.path
        url += f"?{request.url.query}" if request.url.query else ""
        signature = request.headers.get("X-Twilio-Signature", "")
        right = RequestValidator(token).validate(url, form, signature)
        return {name: str(value) for name, value in form.items()} if right else None

    async def ask(form: dict[str, str], question: Outgoing) -> None:
        sid, variables = content.content(question, content.simulator_sids()) or ("", {})
        message = {
            "To": form["From"],
            "From": form["To"],
            "ContentSid": sid,
            "ContentVariables": json.dumps(variables),
            "StatusCallback": settings.public_base_url + "/carrier/twilio/status?of=1",
        }
        url = f"{settings.twilio_api_url}/2010-04-01/Accounts/{settings.twilio_account_sid}/Messages.json"
        async with httpx.AsyncClient(trust_env=False) as client:
            (await client.post(url, data=message, auth=login)).raise_for_status()

    @app.post("/carrier/twilio/message")
    async def message(request: Request) -> Response:
        form = await form_of(request)
        if form is None:
            return Response(status_code=403)
        app.state.heard.append(form)
        text = form["Body"]
        if text in QUESTIONS:
            await ask(form, QUESTIONS[text])
            return twiml()
        if text == "break":
            return Response(status_code=500)
        return twiml(await answer(form))

    async def answer(form: dict[str, Any]) -> str:
        if tap := form.get("ButtonPayload") or form.get("ListId"):
            return f"You tapped {tap}"
        if "Latitude" in form:
            return f"You are at {form['Latitude']}, {form['Longitude']}"
        if form["NumMedia"] != "0":
            async with httpx.AsyncClient(trust_env=False) as client:
                file = await client.get(form["MediaUrl0"], auth=login, follow_redirects=True)
            return f"{form['MediaContentType0']}, {len(file.content)} bytes, caption {form['Body']!r}"
        return f"You said: {form['Body']}"

    @app.post("/carrier/twilio/status")
    async def status(request: Request) -> Response:
        form = await form_of(request)
        if form is None:
            return Response(status_code=403)
        app.state.statuses.append(form)
        return Response(status_code=204)

    return app
