"""What our doors have in common, whichever carrier knocks with a message."""

#: One message a connection: on one that is kept open the next message would be read before an earlier one whose own
#: connection still waits to be taken, and the earlier one came first.
HANG_UP = {"Connection": "close"}

#: Nothing could be stored: the carrier may bring it again.
LATER = {"Retry-After": "5"}
