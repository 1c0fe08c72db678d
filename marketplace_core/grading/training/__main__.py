"""Trains and measures the eyes.

    python -m marketplace_core.grading.training train DATA [EYE…]    writes the model files, then measures
    python -m marketplace_core.grading.training eval DATA [EYE…]     measures the files that are there

DATA holds `photos/`. Needs the training environment (`make training-environment`).
"""

import sys
import time
from importlib import import_module
from pathlib import Path

#: In the order in which they need one another.
EYES = ("network", "produce", "leaves", "kinds", "kernels", "gate", "straw")


def main(what: str, data: Path, eyes: tuple[str, ...]) -> None:
    rooms = {name: import_module(f"marketplace_core.grading.training.{name}") for name in eyes}
    for name, eye in rooms.items() if what == "train" else ():
        since = time.monotonic()
        if hasattr(eye, "train"):
            eye.train(data)
            print(f"{name}: trained in {time.monotonic() - since:.0f} s\n", flush=True)
    for eye in rooms.values():  # only now: every head reads what the network's new end says
        print(eye.evaluate(data), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("train", "eval") or not set(sys.argv[3:]) <= set(EYES):
        sys.exit((__doc__ or "").strip())
    main(sys.argv[1], Path(sys.argv[2]), tuple(sys.argv[3:]) or EYES)
