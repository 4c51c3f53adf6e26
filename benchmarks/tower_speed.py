"""What the order of memory and half the digits are worth to picture towers: pictures a second, medians.

    python benchmarks/tower_speed.py [NAME ...] [--side 128] [--batch 32] [--rounds 5] [--threads 1]

  order      a forward pass with weights and pictures channels first, as torch makes them, and channels last, as
             `core.encoder` lays them out
  training   a forward and a backward pass, channels last, in float32 and in bfloat16 (`bfloat16` in a recipe)

timm's networks with random weights and pictures of noise: the time does not depend on either. The two of a pair take
turns, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("build")

from core.cli import tables  # noqa: E402
from core.encoder import torchvision_fix  # noqa: E402

USUAL = ("regnety_008", "regnety_002", "resnet50", "mobilenetv1_100", "vit_tiny_patch16_224")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=USUAL)
    for option, usual in (("side", 128), ("batch", 32), ("rounds", 5), ("threads", 1)):
        parser.add_argument(f"--{option}", type=int, default=usual)
    arguments = parser.parse_args()
    torchvision_fix.apply()
    import timm
    import torch

    torch.set_num_threads(arguments.threads)
    noise = torch.randn(arguments.batch, 3, arguments.side, arguments.side)
    last = noise.contiguous(memory_format=torch.channels_last)

    def see(model, pixels):
        with torch.inference_mode():
            model(pixels)

    def learn(model, bfloat16):
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            features = model(last)
        torch.autograd.grad(features.float().square().mean(), list(model.parameters()))

    order, training = [], []
    for name in arguments.names:
        shape = {"img_size": arguments.side} if name.startswith("vit") else {}
        first, second = (timm.create_model(name, num_classes=0, **shape).eval() for _ in range(2))
        second = second.to(memory_format=torch.channels_last)
        order.append(row(name, (partial(see, first, noise), partial(see, second, last)), arguments))
        second.train()
        training.append(row(name, (partial(learn, second, False), partial(learn, second, True)), arguments))
    print(f"{arguments.batch} pictures of {arguments.side} pixels, {arguments.threads} threads, pictures a second\n")
    tables.print_table(("order", "channels first", "channels last", "ratio"), order, right=(1, 2, 3))
    print()
    tables.print_table(("training", "float32", "bfloat16", "ratio"), training, right=(1, 2, 3))


def row(name: str, pair: tuple[Callable[[], None], Callable[[], None]], arguments: argparse.Namespace) -> tuple:
    """The pictures a second of both, and how many times the second's are the first's; the first round of each does not
    count."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(arguments.rounds + 1):
        for call, times in zip(pair, taken, strict=True):
            began = time.perf_counter()
            call()
            times.append(time.perf_counter() - began)
    one, other = (arguments.batch / statistics.median(times[1:]) for times in taken)
    return name, f"{one:.0f}", f"{other:.0f}", f"{other / one:.2f}"


if __name__ == "__main__":
    main()
