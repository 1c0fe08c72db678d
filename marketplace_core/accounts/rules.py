"""What a person may be in the market, and who may ask to act for others."""

from collections.abc import Mapping
from typing import Literal, get_args

Role = Literal["farmer", "buyer", "aggregator", "field_agent", "delivery_agent", "operator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

ActingKind = Literal["agent", "family", "organisation"]
#: The roles of which an asker must have one; anybody may ask their own family.
MAY_ASK: Mapping[ActingKind, frozenset[Role]] = {
    "agent": frozenset({"field_agent", "delivery_agent"}),
    "family": frozenset(),
    "organisation": frozenset({"aggregator", "operator", "admin"}),
}

MOST_PROFILES = 8
