"""What a person may be in the market."""

from typing import Literal, get_args

Role = Literal["farmer", "buyer", "aggregator", "field_agent", "delivery_agent", "operator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
