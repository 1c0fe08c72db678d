"""A request to grade: our eyes look first, and give a grade when they are sure. What they are not sure of waits for a
field agent with their report beside it, and so does what the farmer does not accept of them.
"""

from marketplace_core.transitions import Condition, Life, Move

EYES = "eyes"
PERSON = "person"
BY_EYES = Condition("by_eyes", "it was our eyes that judged, and nobody looked at it again yet")

GRADING = Life(
    "grading",
    states=("asked", "graded", "advised", "not_gradable", "withdrawn"),
    moves=(
        Move("grade", ("asked",), "graded", ("field_agent", "operator", EYES), tells=(PERSON,)),
        Move("give_up", ("asked",), "not_gradable", ("field_agent", "operator", EYES), tells=(PERSON,)),
        Move("advise", ("asked",), "advised", (EYES,), tells=(PERSON,)),
        Move("look", ("asked",), "asked", (EYES,), event="seen", tells=(PERSON,)),
        Move(
            "appeal",
            ("graded", "advised", "not_gradable"),
            "asked",
            (PERSON,),
            holds=(BY_EYES,),
            event="appealed",
        ),
        Move("look_again", ("asked",), "asked", (PERSON,), event="corrected"),
        Move("withdraw", ("asked",), "withdrawn", (PERSON,)),
    ),
)
