"""Through which model files a market looks: those that ship, its own where one was promoted, and one on trial."""

import asyncio
import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import structlog

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms
from marketplace_core.grading import registry
from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.registry import Model, in_shadow

log = structlog.get_logger()

#: What stands for the file of a model that came with the release: another release brings another.
SHIPPED = "shipped"


async def know_shipped(desk: Desk) -> None:
    """Every model of this release is in the registry. It serves, unless the market promoted one of its own."""
    before = await registry.serving(desk)
    for file in sorted(shelf.WEIGHTS.glob("*.onnx")):
        serving = before.get(file.stem)
        model = shelf.opened(file)
        if serving is None or serving.sha256 != model.sha256:
            await _register(desk, model, SHIPPED, takes_over=serving is None or serving.file == SHIPPED)


async def try_out(desk: Desk, file: Path, folder: Path) -> Model:
    """A newly trained file, named as the one it may replace, is kept beside the others and put on trial."""
    if file.stem == "backbone" or not (shelf.WEIGHTS / file.name).is_file():
        raise BadTerms("name")  # every head was learned upon this network: another comes with a release
    try:
        model = shelf.opened(file)
    except Exception as fault:  # whatever onnxruntime stumbles over
        raise BadTerms("file") from fault
    if not {"version", "licence"} <= set(model.card) or not _reads(model):
        raise BadTerms("card")
    kept = await asyncio.to_thread(_kept, file, folder / f"{model.sha256}.onnx")
    return await _register(desk, model, str(kept), takes_over=False)


def _kept(file: Path, beside: Path) -> Path:
    beside.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, beside)
    return beside


async def files(desk: Desk) -> Mapping[str, Path]:
    """What serves here in place of the shipped files: for `shelf.serving`."""
    return {name: file for name, each in (await registry.serving(desk)).items() if (file := _file(each))}


async def on_trial(desk: Desk, photo_id: UUID) -> tuple[Model, Path] | None:
    """One photo in ten is also shown to a model on trial."""
    if not in_shadow(photo_id):
        return None
    return next(((each, file) for each in await registry.challengers(desk) if (file := _file(each))), None)


def _file(model: Model) -> Path | None:
    """None where the shipped one serves; a file that was changed or lost serves nobody."""
    if model.file == SHIPPED:
        return None
    file = Path(model.file)
    if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == model.sha256:
        return file
    log.error("a model's file is not what it was", name=model.name, version=model.version)
    return None


def _reads(model: shelf.Model) -> bool:
    """A head reads the features of one network alone."""
    return model.card.get("backbone") in (None, shelf.model("backbone").sha256)


async def _register(desk: Desk, model: shelf.Model, file: str, *, takes_over: bool) -> Model:
    return await registry.register(
        desk,
        name=model.name,
        version=model.version,
        file=file,
        sha256=model.sha256,
        # The network was learned elsewhere: all that is known of its data is the file itself.
        data_sha256=str(model.card.get("learned_sha256", model.sha256)),
        metrics=dict(model.card.get("metrics", {})),
        licences=str(model.card["licence"]),
        takes_over=takes_over,
    )
