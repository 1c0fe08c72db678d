"""The end of the network, taught produce and coffee leaves: what ImageNet never told apart (five apples, nine cartons,
rust and a miner's trace) lies too close together in its features.

Only the last blocks learn. What comes before is computed once for a few altered copies of each picture, so that two
cores are enough. Nothing but Grocery Store and the coffee leaves (both MIT) is learned here: the potato leaves'
licence would otherwise bind the whole network.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from torch import Tensor, nn
from torch.nn import functional

from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.training import backbone
from marketplace_core.grading.training.fitting import Classes, logistic
from marketplace_core.grading.training.original import Block, Convolution, Network

#: Blocks before this one stay as they are.
FIRST = 12
ROUNDS = 12
LEARNING_RATE, DECAY = {"network": 2e-4, "head": 5e-4}, 0.02
SMOOTH, MIXED, DROPPED = 0.1, 0.3, 0.2
SEED = 1

Halves = NDArray[np.float16]


@dataclass(frozen=True)
class Lesson:
    """`shape` is width and height; `copies` altered ones of each picture are seen beside it, `batch` of them a step."""

    photos: Sequence[Path]
    classes: Classes
    shape: tuple[int, int]
    copies: int
    batch: int
    least_area: float
    turned: bool  # it means the same upside down


class Convolved(nn.Module):  # type: ignore[misc]
    def __init__(self, by: Convolution) -> None:
        super().__init__()
        self.by = by
        self.weight, self.bias = nn.Parameter(torch.tensor(by.weights)), nn.Parameter(torch.tensor(by.bias))

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.by.weights.shape[2], self.by.stride
        before, after = (kernel - stride) // 2, kernel - stride - (kernel - stride) // 2
        x = functional.pad(x, (before, after, before, after))
        x = functional.conv2d(x, self.weight, self.bias, stride, groups=self.by.groups)
        return functional.relu6(x) if self.by.bounded else x

    def learned(self) -> Convolution:
        return replace(self.by, weights=self.weight.detach().numpy(), bias=self.bias.detach().numpy())


class Blocked(nn.Module):  # type: ignore[misc]
    def __init__(self, block: Block) -> None:
        super().__init__()
        assert block.widen
        self.widen, self.look, self.narrow = (
            Convolved(each) for each in (block.widen, block.look, block.narrow)
        )
        self.added = block.added

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.narrow(self.look(self.widen(x)))
        return out + x if self.added else out

    def learned(self) -> Block:
        return Block(self.widen.learned(), self.look.learned(), self.narrow.learned(), self.added)


def tuned(network: Network, lessons: Sequence[Lesson]) -> Network:
    """The network with its last blocks and its head taught to tell the classes apart."""
    torch.manual_seed(SEED)
    torch.set_num_threads(shelf.THREADS)
    rng = np.random.default_rng(SEED)
    seen = [_seen_so_far(network, each, rng) for each in lessons]
    late = nn.Sequential(*map(Blocked, network.blocks[FIRST - 1 :]), Convolved(network.head))
    late.to(memory_format=torch.channels_last)
    heads = [_first_head(late, copies[0], each.classes) for each, copies in zip(lessons, seen, strict=True)]
    late.load_state_dict(_learn(late, heads, lessons, seen, rng))
    blocks = [each.learned() for each in late if isinstance(each, Blocked)]
    last = late[-1]
    assert isinstance(last, Convolved)
    return replace(network, blocks=(*network.blocks[: FIRST - 1], *blocks), head=last.learned())


def _seen_so_far(network: Network, lesson: Lesson, rng: np.random.Generator) -> list[Halves]:
    """Each picture as it is, then altered; in the order that PyTorch likes: height, width, channels."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "early.onnx"
        backbone.write_early(network, FIRST, file)
        session = shelf.opened(file).session
    made = []
    for copy in range(1 + lesson.copies):
        rows = []
        for at in range(0, len(lesson.photos), 16):
            some = lesson.photos[at : at + 16]
            pictures = [_altered(each, lesson, rng) if copy else _plain(each, lesson) for each in some]
            (seen,) = session.run(None, {"pixels": np.stack(pictures)})
            rows.append(seen.astype(np.float16).transpose(0, 2, 3, 1))
        made.append(np.concatenate(rows))
    return made


def _plain(photo: Path, lesson: Lesson) -> NDArray[np.uint8]:
    with Image.open(photo) as image:
        return np.asarray(image.convert("RGB").resize(lesson.shape, Image.Resampling.BILINEAR))


def _altered(photo: Path, lesson: Lesson, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A part of it, another light, perhaps as in a mirror."""
    with Image.open(photo) as opened:
        image = opened.convert("RGB")
    area = rng.uniform(lesson.least_area, 1)
    shape = np.exp(rng.uniform(-0.25, 0.25))
    width = min(image.width, int(image.width * (area * shape) ** 0.5))
    height = min(image.height, int(image.height * (area / shape) ** 0.5))
    left = int(rng.integers(0, image.width - width + 1))
    top = int(rng.integers(0, image.height - height + 1))
    box = (left, top, left + width, top + height)
    image = image.resize(lesson.shape, Image.Resampling.BILINEAR, box=box)
    if rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if lesson.turned and rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = change(image).enhance(rng.uniform(0.7, 1.3))
    return np.asarray(image)


def _tensor(halves: Halves) -> Tensor:
    return torch.tensor(halves.astype(np.float32)).permute(0, 3, 1, 2)


def _first_head(late: nn.Module, seen: Halves, classes: Classes) -> nn.Linear:
    """Fitted to the network as it is, so that its first steps teach and do not shake it."""
    with torch.no_grad():
        means = [late(_tensor(seen[at : at + 64])).mean((2, 3)).numpy() for at in range(0, len(seen), 64)]
    weights, bias = logistic(np.concatenate(means), classes, 0.01, steps=50)
    head = nn.Linear(*weights.shape)
    head.weight.data, head.bias.data = torch.tensor(weights.T.copy()), torch.tensor(bias)
    return head


def _drawn(lesson: Lesson, copies: list[Halves], rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Without end, every picture once in a round of its own."""
    while True:
        shuffled = rng.permutation(len(lesson.classes))
        for at in range(0, len(shuffled) - lesson.batch + 1, lesson.batch):
            rows = shuffled[at : at + lesson.batch]
            seen = np.stack([copies[rng.integers(len(copies))][row] for row in rows])
            yield _tensor(seen), torch.tensor(lesson.classes[rows])


def _loss(late: nn.Module, head: nn.Linear, seen: Tensor, wanted: Tensor, rng: np.random.Generator) -> Tensor:
    """Of pictures laid over one another in pairs, each pair with both answers."""
    share, other = float(rng.beta(MIXED, MIXED)), torch.randperm(len(seen))
    means = late(share * seen + (1 - share) * seen[other]).mean((2, 3))
    said = head(functional.dropout(means, DROPPED))
    first = functional.cross_entropy(said, wanted, label_smoothing=SMOOTH)
    return share * first + (1 - share) * functional.cross_entropy(said, wanted[other], label_smoothing=SMOOTH)


def _learn(
    late: nn.Module,
    heads: Sequence[nn.Linear],
    lessons: Sequence[Lesson],
    seen: Sequence[list[Halves]],
    rng: np.random.Generator,
) -> dict[str, Tensor]:
    """The weights, averaged over about the last hundred steps."""
    parameters = [each for head in heads for each in head.parameters()]
    groups = [
        {"params": list(late.parameters()), "lr": LEARNING_RATE["network"]},
        {"params": parameters, "lr": LEARNING_RATE["head"]},
    ]
    a_round = max(len(each.classes) // each.batch for each in lessons)
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda at: max(0.01, min(1, (at + 1) / 40) * 0.5 * (1 + np.cos(np.pi * at / (a_round * ROUNDS)))),
    )
    average = {name: value.clone() for name, value in late.state_dict().items()}
    turns = [_drawn(each, copies, rng) for each, copies in zip(lessons, seen, strict=True)]
    since, losses = time.monotonic(), []
    for step in range(1, a_round * ROUNDS + 1):
        optimizer.zero_grad()
        for head, turn in zip(heads, turns, strict=True):
            loss = _loss(late, head, *next(turn), rng)
            loss.backward()
            losses.append(float(loss.detach()))
        optimizer.step()
        pace.step()
        keep = min(0.99, (1 + step) / (10 + step))
        for name, value in late.state_dict().items():
            average[name].mul_(keep).add_(value, alpha=1 - keep)
        if step % a_round == 0:
            print(
                f"round {step // a_round} of {ROUNDS}: loss {np.mean(losses):.3f},"
                f" {time.monotonic() - since:.0f} s",
                flush=True,
            )
            losses.clear()
    return average
