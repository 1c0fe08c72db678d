"""What is sent apart from the webhook's own reply: claimed, sent, marked, each in its own short transaction.

A row is claimed, marked as begun right before the carrier is called, and marked again after. If we die in between, the
row stays "sending"; once that has lasted too long, what had not begun waits again, and of what had the carrier's own
list tells whether it left, and only then is it sent again.

    writing.py      a row of its own, from outside a turn        ways.py      how a claimed row may leave, if at all
    sending.py      claim, send, mark                            elsewhere.py the same words on the next channel
    remedies.py     what follows a refusal, now or by callback   together.py  waiting notices become one message
    statuses.py     what became of it, by the carrier's word     pace.py, hours.py, clock.py   how fast, and when
    reconciling.py  rows whose end nobody saw                    dead.py      what failed for good, for operators

Whoever has something to say outside a turn calls `writing.write`. What could not be delivered goes the way of
`elsewhere.NEXT`: from WhatsApp to SMS, and to a call where the person agreed to be called.
"""

from bot.outbox.reconciling import reconcile
from bot.outbox.sending import Postbox, drain
from bot.outbox.statuses import saw_status

__all__ = ["Postbox", "drain", "reconcile", "saw_status"]
