"""Checkpoints side by side on pictures that a training run holds out: what a share of an average is chosen by.

    python benchmarks/held_out.py --recipe docs/recipes/bundled-23.toml --cache runs/bundled-23/cache CHECKPOINT ...

A CHECKPOINT is a folder such as a run's `last`, or FIRST+SECOND@SHARE for an average that is made for this alone.
Pictures that are not packed in --cache yet are packed there. In percent:

  text      recall@10 of the held-out photos that have captions, text to picture
  picture   the same, picture to text
  scenes    recall@1 and recall@10 of 500 scenes from seed 3,900,000, text to picture
  P@5       of held-out photos with a label, of placed pictures and of things that half of a photo's captions name,
            among 1,500 drawings from the same seed, a third of them close-ups; the mean over categories

Exit codes: 0 measured; 2 a checkpoint or the recipe cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core import threads  # noqa: E402

if __name__ == "__main__":  # before numpy and torch load
    threads.apply("build")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from core import errors, progress  # noqa: E402
from core.cli import progress_bar, tables  # noqa: E402
from core.training import apprentice, averaging, material, network, validation  # noqa: E402
from core.training.material import Material  # noqa: E402
from core.training.recipe import ModelShape, Recipe, Source, read_recipe  # noqa: E402

DRAWINGS, SCENES, FIRST_SEED = 1500, 500, 3_900_000
_SIDE = 160  # of packed pictures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT")
    asked = parser.parse_args()
    try:
        recipe = read_recipe(asked.recipe)
        with progress_bar.shown() as report:
            photos, drawings = gather(recipe, asked.cache, report)
        rows = [[name, *measure(recipe, name, photos, drawings)] for name in asked.checkpoints]
    except errors.CocoLensError as error:
        print(error, file=sys.stderr)
        return 2
    names = [f"P@5 {own.name}" for own in sought(photos)]
    tables.print_table(["checkpoint", "text", "picture", "scenes R@1", "R@10", *names], rows)
    return 0


def gather(recipe: Recipe, cache: Path, report: progress.Report) -> tuple[dict[str, Material], Material]:
    """The recipe's photos by source, packed and not shown to any teacher, and scenes that no recipe draws."""
    if not any(source.kind == "captions" and source.hold_out for source in recipe.sources):
        raise errors.ConfigurationError("No source of the recipe with captions holds pictures out; set its `hold_out`.")
    untaught = replace(recipe, teacher=None, classifier=None)
    made: dict[str, Material] = {}
    for kinds in (("captions", "labels"), ("placed",)):
        for source in recipe.sources:
            if source.kind in kinds:
                made[source.name] = material.prepare(source, untaught, cache, report, made)
    source = Source("drawings", "scenes", side=_SIDE, count=DRAWINGS, first_seed=FIRST_SEED, close_ups=3)
    return made, material.prepare(source, untaught, cache, report)


def measure(recipe: Recipe, checkpoint: str, photos: dict[str, Material], drawings: Material) -> list[str]:
    """A row of the table, without the checkpoint's name."""
    with tempfile.TemporaryDirectory() as made:
        folder = averaged(checkpoint, Path(made))
        shape = shape_of(recipe, folder)
        learner = opened(shape, folder)
    side = shape.image_size
    by_name = sought(photos)
    captioned = photos[by_name[0].name]
    some = replace(drawings, held_out=np.arange(SCENES))
    every = replace(drawings, held_out=np.arange(DRAWINGS))
    precisions = validation.drawings(learner, [every, *by_name], side)
    figures = (
        *recalls(learner, captioned, side)[1:],
        *recalls(learner, some, side)[:2],
        *(precisions.get(one.name, float("nan")) for one in by_name),
    )
    return [f"{figure:.1f}" for figure in figures]


def sought(photos: dict[str, Material]) -> list[Material]:
    """Those whose held-out pictures are searched with, by what they show: the one with captions, then all with
    labels."""
    held_out = [one for one in photos.values() if len(one.held_out)]
    captioned = next(one for one in held_out if one.captioned)
    return [replace(captioned, captioned=False), *(one for one in held_out if not one.captioned)]


def averaged(checkpoint: str, folder: Path) -> Path:
    """The folder of a checkpoint, made in `folder` where it is an average."""
    if "@" not in checkpoint:
        return Path(checkpoint)
    pair, _, share = checkpoint.rpartition("@")
    first, plus, second = pair.partition("+")
    try:
        wanted = float(share)
    except ValueError:
        plus = ""
    if not plus:
        raise errors.TrainingError(f"{checkpoint} is no average; write FIRST+SECOND@SHARE, such as one+other@0.6.")
    averaging.average(Path(first), Path(second), wanted, folder)
    return folder


def shape_of(recipe: Recipe, folder: Path) -> ModelShape:
    """The recipe's model at the checkpoint's own size of pictures. Raises `TrainingError` for a checkpoint of another
    picture tower, whose pictures it could not encode, and for none."""
    if not isinstance(recipe.model, ModelShape):
        raise errors.TrainingError("The recipe is one of a backbone, which reads nothing; name one with a [model].")
    try:
        vision = json.loads((folder / network.CONFIG).read_text(encoding="utf-8"))["model_cfg"]["vision_cfg"]
        tower, side = vision["timm_model_name"], int(vision["image_size"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise errors.TrainingError(f"{folder} is no checkpoint of a model with a picture tower: {error}.") from error
    if tower != recipe.model.image_tower:
        wanted = recipe.model.image_tower
        raise errors.TrainingError(f"{folder} has the picture tower {tower}; the recipe has {wanted}.")
    return replace(recipe.model, image_size=side)


def opened(shape: ModelShape, folder: Path) -> apprentice.Apprentice:
    """The checkpoint as what validation takes."""
    model = network.create(shape)
    network.load(model, shape, folder)
    return apprentice.Apprentice(model, 0, 0, shape.embed_dim).eval()


@torch.inference_mode()
def recalls(learner: apprentice.Apprentice, own: Material, side: int) -> tuple[float, float, float]:
    """Recall@1 and recall@10 text to picture, and recall@10 picture to text, of a material's held-out pictures."""
    pixels = validation.whole_pixels(own, own.held_out, side)
    pictures = torch.cat([network.encode_pixels(learner.model, some) for some in pixels])
    texts = [own.texts_of[picture] for picture in own.held_out]
    said = network.encode_all_tokens(learner.model, own.tokens[torch.from_numpy(np.concatenate(texts))])
    whose = torch.from_numpy(np.repeat(np.arange(len(texts)), [len(some) for some in texts]))
    scores = said @ pictures.T  # (t, n)
    nearest = whose[scores.T.topk(validation.K, dim=1).indices]  # (n, k)
    back = (nearest == torch.arange(len(texts))[:, None]).any(dim=1).float().mean()
    at_one, at_ten = (validation.hit_rate(scores, whose, k) for k in (1, validation.K))
    return 100 * at_one, 100 * at_ten, 100 * float(back)


if __name__ == "__main__":
    sys.exit(main())
