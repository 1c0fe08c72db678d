"""A request to grade waits for a field agent, who grades it or says why it cannot be judged."""

from marketplace_core.transitions import Life, Move

GRADING = Life(
    "grading",
    states=("asked", "graded", "not_gradable", "withdrawn"),
    moves=(
        Move("grade", ("asked",), "graded", ("field_agent", "operator"), tells=("person",)),
        Move("give_up", ("asked",), "not_gradable", ("field_agent", "operator"), tells=("person",)),
        Move("withdraw", ("asked",), "withdrawn", ("person",)),
    ),
)
