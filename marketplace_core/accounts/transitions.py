"""How somebody comes to act for another: asked, agreed to by the person themself, ended by either side."""

from marketplace_core.transitions import Life, Move

PERSON, AGENT, OPERATOR = "person", "agent", "operator"

ACTING_LIFE = Life(
    "acting",
    ("asked", "agreed", "refused", "ended"),
    (
        # an operator agrees for who signed on paper or cannot write; the row keeps who it was
        Move("agree", ("asked",), "agreed", (PERSON, OPERATOR), tells=(AGENT,)),
        Move("refuse", ("asked",), "refused", (PERSON,), tells=(AGENT,)),
        Move("end", ("asked", "agreed"), "ended", (PERSON, AGENT, OPERATOR), tells=(PERSON, AGENT)),
    ),
)
