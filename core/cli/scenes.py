"""`python -m core scenes`: drawn, captioned scenes to search and to train on."""

from __future__ import annotations

import argparse
from pathlib import Path

from core import errors, progress
from core.cli import options, progress_bar

_SUMMARY = "Draw illustrated scenes with captions and boxes, in COCO's layout."
_EXAMPLES = """  python -m core scenes drawn --count 500 --seed 2000000
  python -m core build drawn --images drawn/scenes --captions drawn/annotations/captions_scenes.json
  python -m core scenes sample_images/demo --demo

Each scene follows from its seed alone: the seeds SEED, SEED + 1, … become picture ids and file names."""


def register(commands: options.Commands) -> None:
    """Adds `scenes`."""
    parser = options.add_command(commands, "scenes", summary=_SUMMARY, examples=_EXAMPLES)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write to; made when it is not there")
    parser.add_argument("--count", type=int, metavar="N", help="how many scenes (default 100)")
    parser.add_argument("--seed", type=int, metavar="SEED", help="seed of the first scene (default 2000000)")
    parser.add_argument("--split", metavar="NAME", help="name of the picture folder in OUT (default scenes)")
    parser.add_argument("--demo", action="store_true", help="draw the bundled collection instead")
    parser.add_argument("--samples", action="store_true", help="draw the sample query pictures instead")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draws, and says where the files are."""
    from core.scenes import generate

    fixed = arguments.demo or arguments.samples
    if fixed and (
        (arguments.demo and arguments.samples) or {arguments.count, arguments.seed, arguments.split} != {None}
    ):
        raise errors.ConfigurationError(
            "--demo and --samples each draw a fixed set: give one of them, without --count, --seed and --split"
        )
    split = arguments.split or "scenes"
    with progress_bar.shown() as report:

        def watch(done: int, total: int) -> None:
            report(progress.Progress("Drawing", done, total, unit="scenes"))

        if arguments.demo:
            generate.write_demo(arguments.out, watch)
        elif arguments.samples:
            generate.write_samples(arguments.out)
        else:
            count = 100 if arguments.count is None else arguments.count
            seed = 2_000_000 if arguments.seed is None else arguments.seed
            generate.write_collection(arguments.out, count, seed, split, watch)
    if arguments.samples:
        print(f"Sample pictures: {arguments.out}")
    else:
        name = "demo" if arguments.demo else split
        print(f"Captions:  {arguments.out / 'annotations' / f'captions_{name}.json'}")
        print(f"Instances: {arguments.out / 'annotations' / f'instances_{name}.json'}")
        print(f"Pictures:  {arguments.out if arguments.demo else arguments.out / split}")
    return 0
