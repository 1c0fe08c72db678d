"""Flows by name. `flows/catalogue.py` fills it; it stands apart so that flows may open each other."""

from flows.flow import Ask, Flow
from flows.state import Frame

FLOWS: dict[str, Flow] = {}


def flow_named(name: str) -> Flow:
    return FLOWS[name]


def asked(frame: Frame | None) -> Ask | None:
    """The question that is open, when it is one of the flow's own."""
    if not frame or frame.stage != "ask" or not frame.asking:
        return None
    return flow_named(frame.flow).ask(frame.asking)


def flow_for(intent: str) -> Flow | None:
    return next((flow for flow in FLOWS.values() if intent in flow.intents), None)
