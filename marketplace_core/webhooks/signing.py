"""Secrets and signatures after Standard Webhooks: the text `id.timestamp.body`, once with every valid secret."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(delivery_id: UUID, at: datetime, body: str, keys: Sequence[str]) -> dict[str, str]:
    """The three headers. The id is the same at every attempt, so that the receiver knows a repeat."""
    at = at.astimezone(UTC)  # the library takes any clock face for UTC
    message = f"msg_{delivery_id.hex}"
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(message, at, body) for key in keys),
    }
