"""How the grain eye learns to name kernels, and how well it does on photos it never saw."""

import hashlib
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.model_selection import StratifiedGroupKFold
from torch import Tensor, nn
from torch.nn import functional

from marketplace_core.grading.eyes import grain, shelf
from marketplace_core.grading.eyes.picture import open_picture
from marketplace_core.grading.training.fitting import calibration_error
from marketplace_core.grading.training.kernel_network import (
    CLASSES,
    FOLDER,
    Crops,
    Network,
    crops,
    learned,
    logits,
)
from marketplace_core.grading.training.table import TARGETS, Cell, Table, against, by_class
from marketplace_core.grading.training.trays import SHEETS, Tray, composed

VERSION = "1"
FOLDS = 4
#: Its crops were cut from the tray that is a test.
TRAY_SCENE = "s133707"
#: Kernels in `trays/test.jpg`, counted by eye, those that its edge cuts included; all are sound.
IN_REAL_TRAY = 230
#: Composed for each fold.
TRAYS = 12


@dataclass(frozen=True)
class Calibration:
    """Applied to logits; `shares` are the class shares for which the probabilities then hold."""

    scale: NDArray[np.float64]
    shift: NDArray[np.float64]
    shares: NDArray[np.float64]

    def __call__(self, said: NDArray[np.float64]) -> NDArray[np.float64]:
        likely = np.exp(
            said * self.scale + self.shift - (said * self.scale + self.shift).max(1, keepdims=True)
        )
        return np.asarray(likely / likely.sum(1, keepdims=True))


def calibrated(said: NDArray[np.float64], classes: NDArray[np.int64]) -> Calibration:
    """One temperature and a shift a class, on logits of photos that the network had not seen."""
    scale = torch.ones(1, dtype=torch.float64, requires_grad=True)
    shift = torch.zeros(len(CLASSES), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([scale, shift], max_iter=100)
    given, wanted = torch.from_numpy(said), torch.from_numpy(classes)

    def loss() -> Tensor:
        optimizer.zero_grad()
        off = functional.cross_entropy(given * scale + shift, wanted) + 1e-3 * (shift**2).sum()
        off.backward()
        return off

    optimizer.step(loss)
    shares = np.bincount(classes, minlength=len(CLASSES)) / len(classes)
    return Calibration(scale.detach().numpy(), shift.detach().numpy(), shares)


@dataclass(frozen=True)
class Fold:
    """A network and the crops of whole photos that it never saw; `calibration` is from the other folds' crops."""

    network: Network
    held: NDArray[np.int64]
    logits: NDArray[np.float64]


def folds(known: Crops, groups: NDArray[np.str_]) -> list[Fold]:
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    made = []
    for at, (seen, held) in enumerate(splitter.split(groups, known.classes, groups)):
        network = learned(known[seen], seed=at)
        made.append(Fold(network, held, logits(network, known.kernels[held])))
        print(f"kernels: fold {at + 1} of {FOLDS}, {len(held)} crops held back", flush=True)
    return made


def calibrations(made: Sequence[Fold], known: Crops) -> list[Calibration]:
    """For each fold the calibration that the other folds give."""
    return [
        calibrated(
            np.concatenate([other.logits for other in made if other is not fold]),
            np.concatenate([known.classes[other.held] for other in made if other is not fold]),
        )
        for fold in made
    ]


@dataclass(frozen=True)
class TrayError:
    sheet: str
    length: float
    kernels: int
    counted: int
    shares: NDArray[np.float64]
    seen: NDArray[np.float64]


def trays(fold: Fold, calibration: Calibration, known: Crops, data: Path, number: int) -> list[TrayError]:
    """What `grain.count` makes of trays that are composed of kernels it never saw."""
    rng = np.random.default_rng(number)
    errors = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kernels.onnx"
        export(fold.network, calibration, dict.fromkeys(CLASSES, 0.0), "a fold", file)
        with shelf.serving({"kernels": file}):
            for at in range(number):
                mix = _mix(rng, np.unique(known.classes[fold.held]))
                held = [rng.choice(fold.held[known.classes[fold.held] == kind]) for kind in mix]
                laid = [(_rgb(data, known.files[row]), CLASSES[known.classes[row]]) for row in held]
                length = float(rng.choice([30, 45, 60, 90, 120]))
                side = round(length * 26)
                sheet = list(SHEETS)[at % len(SHEETS)]
                tray = composed(laid, rng, sheet=sheet, size=(side * 3 // 4, side), length=length)
                errors.append(_error(tray, sheet, length))
    return errors


def _mix(rng: np.random.Generator, there: NDArray[np.int64]) -> NDArray[np.int64]:
    """A lot as it comes: mostly sound, of the rest what the held photos have."""
    rest = [kind for kind in there if kind]
    sound = rng.uniform(0.6, 0.97)
    chances = np.zeros(len(CLASSES))
    chances[0] = sound
    chances[rest] = rng.dirichlet(np.ones(len(rest))) * (1 - sound)
    return rng.choice(len(CLASSES), 160, p=chances)


def _error(tray: Tray, sheet: str, length: float) -> TrayError:
    jpeg = io.BytesIO()
    Image.fromarray(tray.rgb).save(jpeg, "JPEG", quality=85)
    told = grain.count(open_picture(jpeg.getvalue()))
    shares = np.array([tray.classes.count(name) for name in CLASSES]) / len(tray.classes)
    if told is None:
        return TrayError(sheet, length, len(tray.classes), 0, shares, np.full(len(CLASSES), np.nan))
    seen = np.array([told[0].shares[name] for name in CLASSES])
    return TrayError(sheet, length, len(tray.classes), told[0].kernels, shares, seen)


def _rgb(data: Path, file: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(data / FOLDER / file).convert("RGB"))


class Shipped(nn.Module):  # type: ignore[misc]
    def __init__(self, network: Network, scale: NDArray[np.float64], shift: NDArray[np.float64]) -> None:
        super().__init__()
        self.network = network
        self.scale = nn.Parameter(torch.tensor(scale, dtype=torch.float32))
        self.shift = nn.Parameter(torch.tensor(shift, dtype=torch.float32))

    def forward(self, kernels: Tensor) -> Tensor:
        return functional.softmax(self.network.logits(kernels) * self.scale + self.shift, 1)


def export(
    network: Network, calibration: Calibration, share_error: Mapping[str, float], trained_on: str, file: Path
) -> None:
    torch.onnx.export(
        Shipped(network, calibration.scale, calibration.shift).eval(),
        (torch.zeros(2, grain.HEIGHT, grain.WIDTH, 4, dtype=torch.uint8),),
        str(file),
        input_names=["kernels"],
        output_names=["probabilities"],
        dynamic_axes={"kernels": {0: "kernels"}, "probabilities": {0: "kernels"}},
        dynamo=False,
    )
    model = onnx.load(file)
    card = {
        "version": VERSION,
        "classes": list(CLASSES),
        "temperature": 1 / float(calibration.scale[0]),
        "learned_shares": [round(float(share), 5) for share in calibration.shares],
        "share_error": {name: round(error, 4) for name, error in share_error.items()},
        "licence": "MIT (crops: deepakrana47/Wheat-quality-detector-2)",
        "trained_on": trained_on,
    }
    onnx.helper.set_model_props(model, {key: json.dumps(value) for key, value in card.items()})
    onnx.save(model, file)


def train(data: Path) -> None:
    known = _known(data)
    made = folds(known, known.photos)
    errors = _tray_errors(made, known, data)
    calibration = calibrated(
        np.concatenate([fold.logits for fold in made]),
        np.concatenate([known.classes[fold.held] for fold in made]),
    )
    listed = hashlib.sha256("\n".join(sorted(known.files)).encode()).hexdigest()
    trained_on = f"{len(known.files)} crops, list sha256 {listed}"
    export(learned(known), calibration, _share_errors(errors), trained_on, shelf.WEIGHTS / "kernels.onnx")


def _known(data: Path) -> Crops:
    known = crops(data)
    return known[known.scenes != TRAY_SCENE]


def _tray_errors(made: Sequence[Fold], known: Crops, data: Path) -> list[TrayError]:
    return [
        error
        for fold, calibration in zip(made, calibrations(made, known), strict=True)
        for error in trays(fold, calibration, known, data, TRAYS)
    ]


def _share_errors(errors: Sequence[TrayError]) -> dict[str, float]:
    apart = np.array([error.seen - error.shares for error in errors])
    return dict(zip(CLASSES, np.sqrt(np.nanmean(apart**2, axis=0)).tolist(), strict=True))


def evaluate(data: Path) -> Table:
    """The shipped network knows every photo, so as many networks as there are folds are trained anew and measured."""
    known = _known(data)
    made = folds(known, known.photos)
    classes = known.classes
    said = np.zeros((len(classes), len(CLASSES)), np.float32)
    for fold, calibration in zip(made, calibrations(made, known), strict=True):
        said[fold.held] = calibration(fold.logits)
    errors = _tray_errors(made, known, data)
    off = np.array([abs(error.counted / error.kernels - 1) for error in errors])
    impure = np.array([abs(error.seen[0] - error.shares[0]) for error in errors if error.counted])
    nothing = np.array([abs(error.shares[0] - 0.785) for error in errors if error.counted])
    real = grain.count(open_picture((data / FOLDER / "trays/test.jpg").read_bytes()))
    assert real is not None
    rows: list[list[Cell]] = [
        against("kernels of unseen photos, macro-F1", _macro_f1(said.argmax(1), classes), 0.85),
        against("calibration error", calibration_error(said, classes), 0.05, at_most=True),
        against(f"composed trays ({len(errors)}), kernels off", float(off.mean()), 0.05, at_most=True),
        against("composed trays, purity off", float(impure.mean()), 0.03, at_most=True),
        ["composed trays, purity off if always called usual", float(nothing.mean()), "", ""],
        against("real tray, kernels off", abs(real[0].kernels / IN_REAL_TRAY - 1), 0.05, at_most=True),
        against("real tray, purity off", 1 - real[0].shares["sound"], 0.03, at_most=True),
    ]
    notes = [f"composed trays not counted: {sum(not error.counted for error in errors)}"]
    detail = by_class("Kernels of photos held back", CLASSES, said, classes)
    return Table(f"{detail}\nKernels", TARGETS, rows, notes)


def _macro_f1(said: NDArray[np.int64], classes: NDArray[np.int64]) -> float:
    scores = []
    for kind in range(len(CLASSES)):
        both = int(((said == kind) & (classes == kind)).sum())
        scores.append(2 * both / max(int((said == kind).sum() + (classes == kind).sum()), 1))
    return float(np.mean(scores))
