"""The small network that names kernels, and the crops it learns from.

Nearly every photo of the set holds one class, so its light, colour and sharpness give the class away. All three are
taken out of a crop as far as can be, and what is left of them is shuffled hard; only outline and surface remain.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from marketplace_core.grading.eyes import grain

FOLDERS = {
    "grain": "sound",
    "grain_broken": "broken",
    "damaged_grain": "damaged",
    "foreign_particles": "foreign",
    "grain_covered": "husk",
}
CLASSES = tuple(FOLDERS.values())
FOLDER = Path("photos/wheat_kernels")
#: What the network sees of a crop: luminance, two colours against the kernel's own grey, the mask.
HEIGHT, WIDTH = 48, 72
CHANNELS = (16, 32, 64, 96)
ROUNDS, A_ROUND, BATCH = 10, 2432, 64
#: How often each class is shown: a sound kernel has many faces, husks have three photos.
SHOWN = (0.30, 0.22, 0.18, 0.18, 0.12)


@dataclass(frozen=True)
class Crops:
    kernels: NDArray[np.uint8]
    classes: NDArray[np.int64]
    photos: NDArray[np.str_]
    scenes: NDArray[np.str_]
    files: NDArray[np.str_]

    def __getitem__(self, rows: Any) -> "Crops":
        return Crops(
            self.kernels[rows], self.classes[rows], self.photos[rows], self.scenes[rows], self.files[rows]
        )


def crops(data: Path) -> Crops:
    """Every crop turned lengthwise, bare patches of green cloth left out."""
    folder = data / FOLDER
    kernels, classes, photos, scenes, files = [], [], [], [], []
    with (folder / "crops.csv").open() as file:
        for row in csv.DictReader(file):
            rgb = np.asarray(Image.open(folder / row["file"]).convert("RGB"))
            mask = grain.on_black(rgb)
            if mask.sum() < 20 or _cloth(rgb[mask]):
                continue
            kernels.append(grain.lengthwise(rgb, mask))
            classes.append(CLASSES.index(FOLDERS[row["class"]]))
            photos.append(row["source_photo"])
            scenes.append(row["scene"])
            files.append(row["file"])
    return Crops(np.stack(kernels), np.array(classes), np.array(photos), np.array(scenes), np.array(files))


def _cloth(pixels: NDArray[np.uint8]) -> bool:
    red, green, blue = pixels.astype(float).mean(0)
    return bool(green > 1.7 * max(red, blue))


class Surface(nn.Module):  # type: ignore[misc]
    """A crop without its light: what lies brighter or darker than the kernel's mean, and how its colours differ."""

    def forward(self, crop: Tensor) -> Tensor:
        inside = (crop[:, 3:] > 0.5).to(crop.dtype)
        inner = -functional.max_pool2d(-inside, 3, 1, 1)  # the rim carries the sheet's colour
        pixels = inner.sum((2, 3), keepdim=True).clamp(min=1.0)
        rgb = crop[:, :3] / ((crop[:, :3] * inner).sum((2, 3), keepdim=True) / pixels).clamp(min=0.03)
        red, green, blue = rgb[:, :1], rgb[:, 1:2], rgb[:, 2:]
        light = 0.35 * red + 0.5 * green + 0.15 * blue
        light = light - (light * inner).sum((2, 3), keepdim=True) / pixels
        surface = torch.cat(
            [(1.5 * light).clamp(-2, 2), (red - green).clamp(-1, 1), ((red + green) / 2 - blue).clamp(-1, 1)],
            1,
        )
        return torch.cat([surface * inside, inside - 0.5], 1)


class Network(nn.Module):  # type: ignore[misc]
    """`forward` takes what `Surface` gives; `told` is the whole road from crops as bytes to probabilities."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 4
        for at, after in enumerate(CHANNELS):
            stride = 2 if at == 0 else 1
            layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if 0 < at < len(CHANNELS) - 1 else []
            before = after
        self.surface = Surface()
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * before, len(CLASSES)))

    def forward(self, seen: Tensor) -> Tensor:
        body = self.body(seen)
        logits: Tensor = self.head(torch.cat([body.mean((2, 3)), body.amax((2, 3))], 1))
        return logits

    def logits(self, kernels: Tensor) -> Tensor:
        """A kernel and its mirror image are the same kernel."""
        crop = functional.interpolate(
            kernels.permute(0, 3, 1, 2).float() / 255, (HEIGHT, WIDTH), mode="bilinear", align_corners=False
        )
        seen = self.surface(crop)
        return (self(seen) + self(seen.flip(3))) / 2


def shuffled(kernels: Tensor) -> Tensor:
    """What `Surface` would see of these crops on another day: turned, mirrored, farther away, in other light."""
    n = len(kernels)
    crop = kernels.permute(0, 3, 1, 2).float() / 255
    angle, size, stretch = (
        torch.randn(n) * 0.2,
        torch.exp(torch.randn(n) * 0.1 + 0.05),
        torch.exp(torch.randn(n) * 0.06),
    )
    mirrored = (torch.rand(2, n) < 0.5) * 2.0 - 1
    ratio = WIDTH / HEIGHT
    turn = torch.zeros(n, 2, 3)
    turn[:, 0, 0] = torch.cos(angle) * size * mirrored[0] * stretch
    turn[:, 0, 1] = -torch.sin(angle) * size * mirrored[1] / ratio
    turn[:, 1, 0] = torch.sin(angle) * size * mirrored[0] * ratio
    turn[:, 1, 1] = torch.cos(angle) * size * mirrored[1] / stretch
    turn[:, :, 2] = torch.randn(n, 2) * 0.04
    grid = functional.affine_grid(turn, [n, 4, HEIGHT, WIDTH], align_corners=False)
    crop = functional.grid_sample(crop, grid, align_corners=False)
    if torch.rand(1) < 0.67:  # half of the batch was taken from farther away
        width = int(torch.randint(22, 60, (1,)))
        far = functional.interpolate(crop[: n // 2], (round(width / ratio), width), mode="area")
        crop = torch.cat([functional.interpolate(far, (HEIGHT, WIDTH), mode="bilinear"), crop[n // 2 :]])
    mask = (crop[:, 3:] > 0.5).float()
    cut_tight = (torch.rand(n, 1, 1, 1) < 0.5).float()
    mask = mask * (1 - cut_tight) - functional.max_pool2d(-mask, 3, 1, 1) * cut_tight
    y, x = torch.meshgrid(torch.linspace(-1, 1, HEIGHT), torch.linspace(-1, 1, WIDTH), indexing="ij")
    slope = torch.randn(n, 2, 1, 1) * 0.12
    light = crop[:, :3].clamp(min=1e-3) ** torch.exp(0.3 * torch.randn(n, 1, 1, 1))
    light = light * (1 + slope[:, :1] * x + slope[:, 1:] * y) * (1 + 0.12 * torch.randn(n, 3, 1, 1))
    seen = Surface()(torch.cat([light, mask], 1))
    colours = torch.cat([torch.ones(n, 1, 1, 1), (torch.rand(n, 1, 1, 1) * 1.4).expand(n, 2, 1, 1)], 1)
    noise = torch.randn(n, 3, HEIGHT, WIDTH) * 0.04 * torch.rand(n, 1, 1, 1)
    return torch.cat([(seen[:, :3] * colours + noise) * mask, seen[:, 3:]], 1)


def learned(known: Crops, seed: int = 0) -> Network:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = Network()
    steps = A_ROUND // BATCH * ROUNDS
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, steps)
    chances = _chances(known)
    network.train()
    for _ in range(steps):
        rows = rng.choice(len(chances), BATCH, p=chances)
        said = network(shuffled(torch.from_numpy(known.kernels[rows])))
        loss = functional.cross_entropy(said, torch.from_numpy(known.classes[rows]), label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    network.eval()
    return network


def _chances(known: Crops) -> NDArray[np.float64]:
    """A photo with four times the crops is shown twice as often, a class as often as SHOWN says."""
    keys = [f"{kind} {photo}" for kind, photo in zip(known.classes, known.photos, strict=True)]
    _, of, size = np.unique(keys, return_inverse=True, return_counts=True)
    chances = size[of] ** -0.5
    for kind, share in enumerate(SHOWN):
        mine = known.classes == kind
        chances[mine] *= share / chances[mine].sum()
    return np.asarray(chances / chances.sum())


def logits(network: Network, kernels: NDArray[np.uint8]) -> NDArray[np.float64]:
    with torch.no_grad():
        rows = [
            network.logits(torch.from_numpy(kernels[at : at + 256])) for at in range(0, len(kernels), 256)
        ]
    return np.asarray(torch.cat(rows), np.float64)
