"""A form as Twilio posts it: signed with Twilio's own library, not with ours."""

from collections.abc import Mapping
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator


def signed(url: str, form: Mapping[str, str], token: str) -> tuple[bytes, dict[str, str]]:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": RequestValidator(token).compute_signature(url, form),
    }
    return urlencode(form).encode(), headers
