"""The market's own settings, from the environment or `.env`; every default runs on a laptop."""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MarketSettings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    mandi_home: Path = Field(Path(".mandi"), description="Where keys and photos of a first run are kept.")

    mandi_vault_keys: SecretStr | None = Field(
        None, description='Master keys, newest first: "k2:<base64>,k1:<base64>"; empty: a key file is made.'
    )
    mandi_vault_pepper: SecretStr | None = Field(
        None, description="Base64 of 32 bytes that never change: what is found or recognised hangs on them."
    )


@cache
def market_settings() -> MarketSettings:
    return MarketSettings()
