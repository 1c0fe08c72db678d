"""What our doors have in common, whichever carrier knocks."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Nothing could be stored: the carrier may bring it again.
LATER = {"Retry-After": "5"}

CARRIERS = "/carrier/"


class HangUp:
    """One knock a connection: on one that is kept open the next message would be read before an earlier one whose own
    connection a busy server has yet to take, and the earlier one came first."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def and_close(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        knocks = scope["type"] == "http" and scope["path"].startswith(CARRIERS)
        await self.app(scope, receive, and_close if knocks else send)
