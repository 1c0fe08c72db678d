"""Flows by name. `flows/catalogue.py` fills it; it stands apart so that flows may open each other."""

from flows.flow import Flow

FLOWS: dict[str, Flow] = {}


def flow_named(name: str) -> Flow:
    return FLOWS[name]


def flow_for(intent: str) -> Flow | None:
    return next((flow for flow in FLOWS.values() if intent in flow.intents), None)
