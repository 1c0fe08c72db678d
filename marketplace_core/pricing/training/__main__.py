"""Measures and makes the price models.

    python -m marketplace_core.pricing.training eval DATA     measures on held-back days, writes nothing
    python -m marketplace_core.pricing.training train DATA    the same, then writes models and registry

DATA holds `prices/`. Needs the training environment (`make training-environment`).
"""

import sys
import time
from importlib import resources
from pathlib import Path

from marketplace_core.pricing.training import fair_range
from marketplace_core.pricing.training.backtest import HORIZONS, Backtest, Score, backtest, fit, training_rows
from marketplace_core.pricing.training.histories import histories, july
from marketplace_core.pricing.training.onnx_file import check, write
from marketplace_core.pricing.training.registry import bands, better, served, skill
from marketplace_core.pricing.training.registry import write as write_registry

HEAD = (
    f"{'crop':<13}{'method':<10}{'n':>6}{'pinball':>9}{'P10–P90':>9}{'width':>8}{'MAE':>7}"
    f"{'vs naive':>10}{'vs season':>10}{'MAE 1/7/14/30 days':>26}{'moves > 30 %':>15}{'new markets':>13}"
)
CLOSE = 1e-4


def main(what: str, folder: Path) -> None:
    since = time.monotonic()
    print("The fair range, each market told from the others around it:", flush=True)
    for line in fair_range.lines():
        print(line, flush=True)
    print("\nThirty days ahead. Reading the histories …", flush=True)
    long = histories(folder)
    print(
        f"\nRupees a quintal; skill = 1 − pinball ÷ the baseline's; aim for P10–P90: 80 %\n{HEAD}", flush=True
    )
    who = {}
    for crop, series in sorted(long.items()):
        tested = backtest(series)
        if tested is None:
            print(f"{crop:<13}too few held-back days: served by the last price, never backtested")
            continue
        who[crop] = served(tested)
        for line in _lines(crop, tested):
            print(line)
        print(f"{'':<13}→ served by {'the model' if better(tested) else 'naive'}", flush=True)
    if what == "train":
        data = Path(str(resources.files("marketplace_core.pricing") / "data"))
        write_registry(data, bands(long, july(folder)), who)
        for old in data.glob("*.onnx.gz"):
            old.unlink()
        for crop in (crop for crop, each in who.items() if each["by"] == "model"):
            newest = max(int(history.days[-1]) for history in long[crop].values())
            rows = training_rows(long[crop], newest + 1)
            boosters, path = fit(rows), data / f"{crop}.onnx.gz"
            write(boosters, path)
            off = check(path, boosters, rows.x[:2000])
            assert off < CLOSE, f"{path.name} answers otherwise than LightGBM: {off}"
            print(
                f"{path.name}: {path.stat().st_size // 1000} kB, from {len(rows)} rows, differs by {off:.1e}"
            )
    print(f"{time.monotonic() - since:.0f} s")


def _lines(crop: str, tested: Backtest) -> list[str]:
    naive, seasonal = (tested.scores[name]["all"] for name in ("naive", "seasonal"))
    return [
        _line(crop if at == 0 else "", method, scores, naive, seasonal)
        for at, (method, scores) in enumerate(tested.scores.items())
    ]


def _line(crop: str, method: str, scores: dict[str, Score], naive: Score, seasonal: Score) -> str:
    mine, unseen = scores["all"], scores["unseen"]
    by_horizon = "/".join(f"{scores[str(h)].mae:.0f}" for h in HORIZONS)
    spikes = f"{mine.spike_coverage:.0%} of {mine.spikes}" if mine.spikes else "–"
    fresh = f"{unseen.coverage:.0%} of {unseen.n}" if unseen.n else "–"
    return (
        f"{crop:<13}{method:<10}{mine.n:>6}{mine.pinball:>9.1f}{mine.coverage:>9.0%}{mine.width:>8.0f}"
        f"{mine.mae:>7.0f}{skill(mine, naive):>+10.1%}{skill(mine, seasonal):>+10.1%}"
        f"{by_horizon:>26}{spikes:>15}{fresh:>13}"
    )


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("eval", "train"):
        sys.exit((__doc__ or "").strip())
    main(sys.argv[1], Path(sys.argv[2]))
