"""Clients of Amazon's speech: somebody waits for the answer, so they give up soon."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import NoRegionError

from bot.settings import NotConfigured

PATIENCE = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2})


def client(service: str) -> Any:
    try:
        return boto3.client(service, config=PATIENCE)
    except NoRegionError:
        raise NotConfigured(f"AWS_DEFAULT_REGION is not set: Amazon's {service} is in many places.") from None
