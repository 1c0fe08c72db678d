"""The market's own settings, from the environment or `.env`; every default runs on a laptop."""

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class MarketSettings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    mandi_home: Path = Field(Path(".mandi"), description="Where keys and photos of a first run are kept.")


@cache
def market_settings() -> MarketSettings:
    return MarketSettings()
