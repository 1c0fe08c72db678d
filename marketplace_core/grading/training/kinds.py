"""How the eyes tell produce, grain, leaves, straw, standing crops and everything else apart.

Licensed photos of straw and of standing crops do not exist, nor of everything else. But the network learned a
thousand things from ImageNet, and its last layer still knows them: `imagenet_kinds.csv` says which of them speak for
which kind (what is not in it speaks for "not a crop"). Of things on the ground it knows the creatures photographed
there, so bare soil with straw reads "beetle", "lizard" and "fungus": that is why these stand for straw.

For what there are photos of, a head is trained: produce and packages (Grocery Store), leaves (coffee), grain (trays
composed of single kernels). It has a say as far as a picture is familiar to it; the table has the rest. Leaves of other
crops than coffee are not quite familiar: it is enough that they are more so than anything else it was shown.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
from onnx import TensorProto, helper

from marketplace_core.grading.eyes import backbone, heads, shelf
from marketplace_core.grading.eyes.backbone import Features
from marketplace_core.grading.eyes.picture import Pixels
from marketplace_core.grading.eyes.what import PACKAGES
from marketplace_core.grading.report import Kind
from marketplace_core.grading.training import head_file, original, photos
from marketplace_core.grading.training.fitting import (
    Classes,
    Floats,
    Linear,
    auroc,
    calibration_error,
    logistic,
    tamed,
    temperature,
)
from marketplace_core.grading.training.graph import Graph
from marketplace_core.grading.training.head_file import familiarity, middles, parts
from marketplace_core.grading.training.table import TARGETS, Cell, Table, against, by_class
from marketplace_core.grading.training.trays import SHEETS, composed

VERSION = "2"
KINDS: tuple[Kind, ...] = get_args(Kind)
NOT_A_CROP = KINDS.index("not_a_crop")
#: Of the trained head; a package is not a crop, but the produce eye knows its name.
LEARNED: tuple[Kind, ...] = ("produce", "leaf", "grain", "not_a_crop")
RIDGE = 0.03
TRAYS = {"train": 48, "val": 16}
#: A scene in so many is held back; the tray that is a test is left out of both.
HELD_SCENE, TRAY_SCENE = 4, "s133707"
LICENCE = "MIT (Grocery Store, coffee leaves, wheat kernels); ImageNet classifier of the network Apache-2.0"
FOLDERS = {
    "grain": "sound",
    "grain_broken": "broken",
    "damaged_grain": "damaged",
    "foreign_particles": "foreign",
    "grain_covered": "husk",
}


def table() -> Floats:
    """Thousand ImageNet classes by six kinds."""
    by_kind = np.zeros((1000, len(KINDS)), np.float32)
    by_kind[:, NOT_A_CROP] = 1
    with (Path(__file__).parent / "imagenet_kinds.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            rows = slice(int(row["first"]), int(row["last"]) + 1)
            by_kind[rows] = np.eye(len(KINDS), dtype=np.float32)[[kind == row["kind"] for kind in KINDS]]
    return by_kind


def train(data: Path) -> None:
    features, classes, finer = _pictures(data, "train")
    unseen, wanted, _ = _pictures(data, "val")
    used = parts([head_file.LAST])
    linear = logistic(tamed(features, used), classes, RIDGE)
    logits = tamed(unseen, used) @ linear[0] + linear[1]
    cool = temperature(logits, wanted, np.arange(len(LEARNED)))
    known = middles(features, finer)
    near = familiarity(unseen, known)
    leaves = middles(features[classes == 1], finer[classes == 1] - finer[classes == 1].min())
    like_leaves = float(familiarity(features[classes != 1], leaves).max())
    # Half believed at the strange end of the held-back pictures.
    strange, usual = (float(each) for each in np.quantile(near, (head_file.STRANGE, 0.5)))
    right = float((logits.argmax(1) == wanted).mean())
    print(
        f"val {right:.3f} of {len(wanted)}, temperature {cool:.2f}, familiar from {strange:.3f}, usual {usual:.3f}"
    )
    card = {"version": VERSION, "licence": LICENCE, "strange": round(strange, 4)}
    _write(
        linear,
        cool=cool,
        known=(known, strange),
        leaves=(leaves, like_leaves),
        steep=8 / (usual - strange),
        card=card,
    )


def _pictures(data: Path, split: str) -> tuple[Features, Classes, Classes]:
    """Features, the trained kinds, and finer classes that make the middles of what is familiar."""
    rows = photos.produce(data, split)
    names = photos.produce_names(data)
    leaves = [each for each in photos.coffee(data) if each.split == split]
    states = sorted({each.state for each in leaves})
    trays = _trays(data, split)
    features = np.concatenate(
        [
            photos.looked([each.photo for each in rows]),
            photos.looked([each.photo for each in leaves]),
            backbone.features(trays),
        ]
    )
    kinds = (
        [3 if names[each.coarse] in PACKAGES else 0 for each in rows] + [1] * len(leaves) + [2] * len(trays)
    )
    finer = [each.fine for each in rows]
    finer += [81 + states.index(each.state) for each in leaves]
    finer += [81 + len(states)] * len(trays)
    return features, np.array(kinds), np.array(finer)


def _trays(data: Path, split: str) -> list[Pixels]:
    rng = np.random.default_rng(1 if split == "train" else 2)
    folder = data / "photos" / "wheat_kernels"
    with (folder / "crops.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["scene"] != TRAY_SCENE]
    scenes = sorted({row["scene"] for row in rows})
    held = set(scenes[::HELD_SCENE])
    mine = [row for row in rows if (row["scene"] in held) == (split != "train")]
    made = []
    for nth in range(TRAYS[split]):
        drawn = rng.choice(len(mine), int(rng.integers(40, 160)))
        kernels = [(photos.opened(folder / mine[at]["file"]), FOLDERS[mine[at]["class"]]) for at in drawn]
        sheet = list(SHEETS)[nth % len(SHEETS)]
        size = (750, 1000) if nth % 2 else (1000, 750)
        made.append(composed(kernels, rng, sheet=sheet, size=size, length=float(rng.uniform(30, 90))).rgb)
    return made


def _write(
    linear: Linear,
    *,
    cool: float,
    known: tuple[Floats, float],
    leaves: tuple[Floats, float],
    steep: float,
    card: dict[str, Any],
) -> None:
    graph = Graph()
    one = graph.constant(np.array([1]))
    start, stop = parts([head_file.LAST])[0]
    last = graph.node("Slice", "features", *(graph.constant(np.array([each])) for each in (start, stop, 1)))
    weights, bias = original.network().classifier
    thousand = graph.node(
        "Softmax", graph.node("Gemm", last, graph.weight(weights.T), graph.weight(bias)), axis=1
    )
    by_table = graph.node("MatMul", thousand, graph.constant(table()))
    seen = head_file.tamed_node(graph, [(start, stop)])
    logits = graph.node(
        "Gemm",
        seen,
        graph.constant(linear[0] / np.float32(cool)),
        graph.constant(linear[1] / np.float32(cool)),
    )
    places = np.eye(len(KINDS), dtype=np.float32)[[KINDS.index(each) for each in LEARNED]]
    by_head = graph.node("MatMul", graph.node("Softmax", logits, axis=1), graph.constant(places))
    familiar, leafy = (
        graph.node("ReduceMax", graph.node("MatMul", seen, graph.weight(each.T)), one, keepdims=1)
        for each, _ in (known, leaves)
    )
    beyond = graph.node(
        "Max",
        graph.node("Sub", familiar, graph.constant(np.float32(known[1]))),
        graph.node("Sub", leafy, graph.constant(np.float32(leaves[1]))),
    )
    believed = graph.node("Sigmoid", graph.node("Mul", beyond, graph.constant(np.float32(steep))))
    apart = graph.node("Mul", believed, graph.node("Sub", by_head, by_table))
    graph.named(graph.node("Add", by_table, apart), "probabilities")
    graph.named(graph.node("Squeeze", familiar, one), "familiar")
    told = shelf.model("backbone")
    features = helper.make_tensor_value_info(
        "features", TensorProto.FLOAT, ["pictures", told.card["features"]]
    )
    card = {"classes": KINDS, "temperature": round(cool, 4), "backbone": told.sha256, **card}
    outputs: dict[str, Sequence[Any]] = {
        "probabilities": ["pictures", len(KINDS)],
        "familiar": ["pictures"],
    }
    graph.write(shelf.WEIGHTS / "kinds.onnx", [features], outputs, card)


def evaluate(data: Path) -> Table:
    """Only measured on: `not_a_crop`, the straw tiles (no licence stated) and the potato leaves (share-alike)."""
    rows = photos.produce(data, "test")
    names = photos.produce_names(data)
    folder = data / "photos"
    sets = {
        "produce": [each.photo for each in rows if names[each.coarse] not in PACKAGES],
        "coffee leaves": [each.photo for each in photos.coffee(data) if each.split == "test"],
        "potato leaves": [each.photo for each in photos.potato(data) if each.split == "test"],
        "straw on soil": sorted((folder / "straw_measure" / "tiles").rglob("*.jpg")),
        "wheat trays": sorted((folder / "wheat_kernels" / "trays").glob("test*.jpg")),
        "packages": [each.photo for each in rows if names[each.coarse] in PACKAGES],
        "not a crop": sorted((folder / "not_a_crop").glob("*.jpg")),
    }
    wanted = {"produce": 0, "straw on soil": 1, "wheat trays": 2, "coffee leaves": 3, "potato leaves": 3}
    said = {name: heads.probabilities("kinds", photos.looked(each)) for name, each in sets.items()}
    crops = np.concatenate([said[name][:, NOT_A_CROP] for name in wanted])
    listed: list[list[Cell]] = [
        [name, len(each), *(int((each.argmax(1) == at).sum()) for at in range(len(KINDS)))]
        for name, each in said.items()
    ]
    counts = Table("Kinds said", ("shown", "pictures", *KINDS), listed)
    told = [name for name in said if name != "packages"]
    classes = np.concatenate([np.full(len(said[name]), wanted.get(name, NOT_A_CROP)) for name in told])
    probabilities = np.concatenate([said[name] for name in told])
    detail = by_class("Kinds, all pictures but packages", KINDS, probabilities, classes)
    apart = auroc(crops, said["not a crop"][:, NOT_A_CROP])
    return Table(
        f"{counts}\n{detail}\nKinds",
        TARGETS,
        [
            against("not a crop against crops, AUROC", apart, 0.97),
            against("calibration error", calibration_error(probabilities, classes), 0.05, at_most=True),
        ],
    )
