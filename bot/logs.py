"""The market's log lines are the bot's too: one form for all processes."""

from marketplace_core.logs import configure, fault_without_words

__all__ = ["configure", "fault_without_words"]
