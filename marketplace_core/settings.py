"""The market's own settings, from the environment or `.env`; every default runs on a laptop."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class MarketSettings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    mandi_home: Path = Field(Path(".mandi"), description="Where keys and photos of a first run are kept.")

    media_bucket: str | None = Field(None, description="S3 bucket for photos; empty: the folder is used.")
    media_folder: Path = Path(".mandi/media")

    mandi_vault_keys: SecretStr | None = Field(
        None, description='Master keys, newest first: "k2:<base64>,k1:<base64>"; empty: a key file is made.'
    )
    mandi_vault_pepper: SecretStr | None = Field(
        None, description="Base64 of 32 bytes that never change: what is found or recognised hangs on them."
    )

    pay_to_vpa: str | None = Field(None, description="The market's UPI id; empty: UPI is not offered.")
    pay_to_name: str = Field("Mandi Mitra", description="Whom payment apps show as the payee.")
    pay_to_account: str | None = Field(
        None, description="Name, account number and IFSC that payers are shown for bank transfers."
    )
    razorpay_key_id: str | None = Field(None, description="Empty: Razorpay is not offered.")
    razorpay_key_secret: SecretStr | None = None
    razorpay_webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="A comma separates two while it is rotated."
    )
    razorpay_url: str = Field(
        "https://api.razorpay.com", description="Where orders are made; the stand-in takes this place."
    )

    mandi_webhooks_to_loopback: bool = Field(
        False, description="Lets webhooks go to http://127.0.0.1 too: for a receiver on one's own machine."
    )

    mandi_jwt_secret: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Signs access tokens; a comma separates two while it is rotated. Empty: a file is made.",
    )
    api_requests_a_minute: int = Field(100, description="Per person, and per address before signing in.")
    api_codes_an_hour: int = Field(
        60, description="Codes for signing in that one address may ask for: each is an SMS that we pay."
    )
    api_codes_to: Annotated[tuple[str, ...], NoDecode] = Field(
        ("+91",), description="How numbers begin that codes are sent to: SMS abroad cost many times as much."
    )
    api_body_limit: int = Field(64 * 1024, description="Largest request body in bytes.")
    api_log_codes: bool = Field(
        False, description="Development alone: without an SMS carrier, codes are written to the log."
    )

    @field_validator("mandi_jwt_secret", "razorpay_webhook_secret", "api_codes_to", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value


@cache
def market_settings() -> MarketSettings:
    return MarketSettings()
