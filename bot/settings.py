"""Every setting, from the environment or `.env`; every default runs on a laptop."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class NotConfigured(Exception):
    """A sentence for whoever starts us: which setting is missing, and what it is for."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    mandi_home: Path = Field(Path(".mandi"), description="Where `mandi up` keeps database, photos and logs.")

    public_base_url: str = Field(
        "http://127.0.0.1:8000", description="The address carriers call; signatures are checked over it."
    )
    database_url: str | None = Field(
        None, description="PostgreSQL for the app's plain role; empty: the embedded server is used."
    )
    database_owner_url: str | None = Field(
        None, description="PostgreSQL for the role that owns the tables; only migrations use it."
    )
    rasa_url: str | None = Field(None, description="A running Rasa server; empty: ours is started.")
    rasa_timeout: float = Field(1.5, description="Seconds we wait for Rasa before the fallback answers.")

    twilio_account_sid: str = "AC00000000000000000000000000000000"
    twilio_auth_token: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (SecretStr("simulator"),), description="A comma separates two while the token is rotated."
    )
    twilio_api_url: str = Field(
        "https://api.twilio.com", description="Where messages are sent; the simulator takes this place."
    )
    twilio_whatsapp_sender: str = "whatsapp:+14155238886"
    twilio_sms_sender: str = "+15005550006"
    twilio_content_sids: dict[str, str] = Field(
        {}, description='Content template ids by our template names, as JSON: {"buttons_2": "HX…"}.'
    )

    whatsapp_per_second: float = Field(80, gt=0, description="How many messages a WhatsApp number sends.")
    sms_per_second: float = Field(10, gt=0, description="How many SMS a number sends.")
    whatsapp_burst_per_person: int = Field(
        45, gt=0, description="How far answers to one person may run ahead of one in six seconds."
    )
    notices_from: int = Field(8, ge=0, le=23, description="From this hour, Indian time, notices may come,")
    notices_until: int = Field(
        20, ge=1, le=24, description="until this one; what is urgent comes at any hour."
    )
    promotions_from: int = Field(10, ge=0, le=23, description="The same for promotions,")
    promotions_until: int = Field(19, ge=1, le=24, description="of which none is urgent.")

    sms_carrier: Literal["twilio", "gateway"] = Field(
        "twilio", description="Who carries SMS; in India only a local gateway brings answers."
    )
    sms_number: str = Field("", description="The number people write to; empty: TWILIO_SMS_SENDER.")
    sms_gateway: str = Field("simulator", description="A shipped profile's name, or the path of a TOML file.")
    sms_gateway_user: str = ""
    sms_gateway_secret: SecretStr = Field(SecretStr("simulator"), description="What we show to the gateway.")
    sms_gateway_knock: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (SecretStr("simulator"),), description="What it shows to us; a comma separates two in rotation."
    )
    sms_dlt_entity: str = Field("", description="Principal entity id of India's register of senders.")
    sms_dlt_header: str = Field("", description="The registered name that texts come from.")
    sms_dlt_templates: Path | None = Field(
        None, description="CSV of registered templates; `mandi dlt templates` prints what to register."
    )
    sms_without_template: Literal["send", "refuse"] = Field(
        "refuse", description="A text that fits no registered template."
    )

    transcribe_bucket: str | None = Field(
        None,
        description="S3 bucket where a voice note lies while Amazon Transcribe hears it; empty: no Transcribe.",
    )
    whisper_model: Path | None = Field(
        None, description="Folder of a faster-whisper model that hears where Transcribe does not."
    )
    polly: bool = Field(
        False, description="Amazon Polly speaks Hindi and English; espeak-ng the rest, where it is installed."
    )

    translate: bool = Field(
        False,
        description="Amazon Translate puts what buyer and farmer write to each other into their languages.",
    )

    twilio_voice_number: str = Field(
        "+15005550006", description="The number people call; for calls to India it must not be an Indian one."
    )
    office_phone: str = Field(
        "", description="Who takes calls of people who press 0; empty: they leave a message."
    )
    office_from: int = Field(10, ge=0, le=23, description="From this hour, Indian time, Monday to Saturday,")
    office_until: int = Field(18, ge=1, le=24, description="until this one.")

    simulator: bool = Field(False, description="Serves /simulator; on in `make run`.")
    body_limit: int = Field(64 * 1024, description="Largest webhook body in bytes.")
    log_level: str = "INFO"

    def per_second(self, channel: str) -> float:
        calls = 1.0  # Twilio begins no more than one a second
        return {"whatsapp": self.whatsapp_per_second, "sms": self.sms_per_second}.get(channel, calls)

    @field_validator("twilio_auth_token", "sms_gateway_knock", mode="before")
    @classmethod
    def _two_tokens(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_base_url", "twilio_api_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")


@cache
def settings() -> Settings:
    return Settings()
