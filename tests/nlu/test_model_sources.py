"""A model is kept under the content of what shaped it: whatever our component imports must be part of that."""

import ast
from pathlib import Path

from nlu import server

NLU = Path(server.__file__).parent


def imported(module: Path) -> set[Path]:
    names = {
        node.module
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("nlu.")
    }
    paths = {NLU.parent / name.replace(".", "/") for name in names}
    return {path / "__init__.py" if path.is_dir() else path.with_suffix(".py") for path in paths}


def test_a_change_of_any_module_behind_the_model_trains_anew() -> None:
    behind: set[Path] = set()
    beside = {NLU / "components" / "bridge.py"}
    while beside:
        behind |= beside
        beside = {path for module in beside for path in imported(module)} - behind
    assert NLU / "phrases.py" in behind
    assert behind <= set(server._model_sources())
