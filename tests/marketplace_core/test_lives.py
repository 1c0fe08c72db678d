"""The tables by which things move, as people read them and as the database bounds them."""

from pathlib import Path

import pytest

from marketplace_core.db.tables import metadata
from marketplace_core.lives import LIVES, page
from marketplace_core.transitions import TIME, Life

PAGE = Path(__file__).parents[2] / "docs" / "lives.md"


def test_the_page_says_what_happens() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m marketplace_core.lives > docs/lives.md"


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_a_table_holds_together(life: Life) -> None:
    named = {state for move in life.moves for state in (*move.source, move.target)}
    assert named <= set(life.states)
    for move in life.moves:
        assert move.by
        assert (move.after is not None) == (TIME in move.by), move.name
        assert move.by == (TIME,) or TIME not in move.by, move.name
    for state in life.states:  # one move of a name is open to one side at a time: `find` never has to choose
        for who in {who for move in life.moves for who in move.by}:
            names = [move.name for move in life.open_to(who, state)]
            assert len(names) == len(set(names)), (state, who)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_the_database_knows_the_same_states(life: Life) -> None:
    checks = [
        str(each.sqltext) for each in metadata.tables[life.name].constraints if hasattr(each, "sqltext")
    ]
    (states,) = [check for check in checks if check.startswith("state IN")]
    assert {
        word.strip(" '") for word in states.removeprefix("state IN (").removesuffix(")").split(",")
    } == set(life.states)
