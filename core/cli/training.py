"""`python -m core train`: a CLIP model from captioned pictures, from nothing or from a pretrained one."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli import finetuning, progress_bar
from core.errors import ConfigurationError

_EXAMPLES = """examples:
  python -m core train runs/mine --images photos/ --captions captions.json --epochs 10
  python -m core train runs/bundled --recipe docs/recipes/bundled-3.toml --start runs/bundled-2/best
  python -m core train runs/mine --finetune bundled --images photos/ --captions captions.json
  python -m core train runs/mine --finetune ViT-B-32 --pretrained laion2b_s34b_b79k --tune projection \\
      --images photos/ --captions captions.csv

The same command goes on where an interrupted run stopped. The checkpoint to use is OUT/best:
  python -m core build mine --images photos/ --captions captions.json --model runs/mine/best
"""
_EPOCHS, _BATCH, _RATE = 10, 128, 1e-3


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `train`."""
    parser = commands.add_parser(
        "train",
        help="train a CLIP model on captioned pictures",
        description="Train a CLIP model on captioned pictures, with recall on held-out ones after each epoch: a small "
        "one from nothing, or with --finetune a pretrained one.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="folder for checkpoints and curves; resumed when it exists"
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="picture folder")
    parser.add_argument(
        "--captions",
        type=Path,
        metavar="FILE",
        help="COCO captions JSON of those pictures, or another captioned source as `build` reads it",
    )
    parser.add_argument("--recipe", type=Path, metavar="FILE", help="a recipe (TOML) instead of the options here")
    parser.add_argument(
        "--start", type=Path, metavar="DIR", help="begin with this checkpoint's weights, not random ones"
    )
    parser.add_argument(
        "--from-phase",
        type=int,
        default=1,
        metavar="N",
        help="begin a new run of a recipe at its N-th phase (default 1)",
    )
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="packed pictures and teachers' answers (default OUT/cache)"
    )
    parser.add_argument(
        "--epochs", type=int, help=f"passes over the pictures, at most (default {_EPOCHS}; with --finetune see below)"
    )
    parser.add_argument(
        "--batch", type=int, help=f"pictures a step, fewer for small sets (default {_BATCH}; with --finetune see below)"
    )
    parser.add_argument(
        "--rate",
        type=finetuning.rate,
        metavar="RATE",
        help=f"peak learning rate (default {_RATE:g}; with --finetune see below, or auto)",
    )
    finetuning.add(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Trains, and says where the best checkpoint lies and how well it finds pictures."""
    from core import dataset
    from core.training import loop, recipe

    if arguments.finetune is not None:
        return finetuning.run(arguments)
    finetuning.refuse_without(arguments)
    epochs = _EPOCHS if arguments.epochs is None else arguments.epochs
    batch = _BATCH if arguments.batch is None else arguments.batch
    rate = _RATE if arguments.rate is None else arguments.rate
    if arguments.recipe is not None:
        if arguments.images or arguments.captions:
            raise ConfigurationError("A recipe names its own pictures: leave out --images and --captions.")
        plan = recipe.read_recipe(arguments.recipe)
    elif arguments.images is None or arguments.captions is None:
        raise ConfigurationError("Nothing to train on: give --images DIR and --captions FILE, or --recipe FILE.")
    elif epochs < 1 or batch < 2 or not rate > 0:
        raise ConfigurationError("--epochs must be at least 1, --batch at least 2 and --rate above 0.")
    else:
        pictures = sum(
            1 for record in dataset.load_records(arguments.images, arguments.captions).records if record.captions
        )
        plan = recipe.plain_recipe(
            arguments.images, arguments.captions, pictures, epochs=epochs, batch=batch, rate=rate
        )
    if not 1 <= arguments.from_phase <= len(plan.phases):
        raise ConfigurationError(f"--from-phase must be 1 to {len(plan.phases)}, got {arguments.from_phase}.")
    if arguments.from_phase > 1 and arguments.start is None:
        raise ConfigurationError("--from-phase needs --start DIR: a later phase builds on what earlier ones taught.")
    start = loop.Start(arguments.start, arguments.from_phase - 1) if arguments.start else None
    with progress_bar.shown() as report:
        course = loop.train(plan, arguments.out, report, start=start, cache=arguments.cache)
    for entry in course.history:
        measure = next(name for name in entry if "@" in name)
        reached = ", ".join(f"{name} {value:.1f} %" for name, value in entry[measure].items())
        print(f"{entry['kind']:8} epoch {entry['epoch']:3}  loss {entry['loss']:7.3f}  {measure} {reached}")
    print(f"Best checkpoint: {arguments.out / 'best'} (mean {measure} {course.best:.1f} % on held-out pictures)")
    return 0
