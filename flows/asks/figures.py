"""A number of many digits, as a bank, a phone or a pickup has one."""

from typing import ClassVar

from flows.flow import Ask
from flows.heard import CLEAR
from flows.turn import Turn
from nlu.understanding import Expecting


class Figures(Ask):
    """What has a digit in it answers, whatever it may mean elsewhere; words alone are about something else where that
    is clear."""

    expecting: ClassVar[Expecting] = "choice"

    def answered_by(self, turn: Turn) -> bool:
        figures = any(letter.isdecimal() for letter in turn.heard.text)
        return figures or super().answered_by(turn) or not turn.heard.sure(CLEAR)
