"""The worked examples of docs/fine_tuning.md: the bundled model taught photos it never saw, measured on the rest.

    python benchmarks/fine_tuning.py captions runs/captions [--tune projection image] [--shared ../shared/data]
    python benchmarks/fine_tuning.py classes runs/classes
    python benchmarks/fine_tuning.py captions runs/captions --split-only

  captions  Flickr8k dev, 1,000 photos with five captions each: 700 to fine-tune on, 300 to measure on
  classes   the ten Caltech-101 classes that every sitting of the bundled model left out, "a photo of a flamingo" their
            captions: half of the photos to fine-tune on, half to name; and the 300 photos of the other example

A seeded draw parts the photos. Each kind of `--tune` runs with its usual settings (and holds some of its photos out to
stop by); the start, the best checkpoint and the mean of both are measured, also on the COCO photos. Writes
OUT/tune.json and OUT/measure.json (captions files of the parts), OUT/KIND (the runs) and OUT/figures.json.

The weights that come of it are for the comparison only: these photos are what the bundled model is judged by.
Exit code 2 where the shared photos are missing.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core import threads  # noqa: E402

if __name__ == "__main__":  # before numpy and torch load; whoever imports this module has limits of their own
    threads.apply("build")

import numpy as np  # noqa: E402

from benchmarks import measures  # noqa: E402
from core import dataset, encoder, errors, evaluation, progress  # noqa: E402
from core.cli import progress_bar, tables  # noqa: E402
from core.records import Caption, ImageRecord, RecordSet  # noqa: E402
from core.training import averaging, recipe  # noqa: E402
from core.training.finetuning import fitting, plan  # noqa: E402

RECIPE = ROOT / "docs" / "recipes" / "bundled-3.toml"
MEASURED = 300
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Photos:
    """A picture folder with its captions file, and an instances file where their classes are to be named."""

    images: Path
    captions: Path
    instances: Path | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """What to fine-tune on, and what to measure by name."""

    tune: Photos
    parts: dict[str, Photos]


def draw(records: Sequence[ImageRecord], measured: int, seed: int) -> tuple[list[ImageRecord], list[ImageRecord]]:
    """The records to fine-tune on, and as many as `measured` to measure on: none is in both."""
    order = np.random.default_rng(seed).permutation(len(records))
    first, second = ([records[row] for row in sorted(rows.tolist())] for rows in (order[measured:], order[:measured]))
    return first, second


def captions(shared: Path, out: Path, seed: int) -> Example:
    flickr, coco = shared / "flickr8k", shared / "coco"
    whole = dataset.load_records(flickr / "dev", flickr / "annotations" / "captions_dev.json")
    to_tune, to_measure = draw(whole.records, MEASURED, seed)
    dataset.write_coco(RecordSet(tuple(to_tune)), out / "tune.json")
    dataset.write_coco(RecordSet(tuple(to_measure)), out / "measure.json")
    return Example(
        Photos(flickr / "dev", out / "tune.json"),
        {
            f"Flickr8k, {MEASURED} photos": Photos(flickr / "dev", out / "measure.json"),
            "COCO, 183 photos": Photos(coco / "val2017", coco / "annotations" / "captions_val2017.json"),
        },
    )


def classes(shared: Path, out: Path, seed: int) -> Example:
    wanted = {name for source in recipe.read_recipe(RECIPE).sources for name in source.leave_out}
    whole = dataset.load_records(shared / "caltech101", labels_from_folders=True)
    chosen = [
        dataclasses.replace(one, captions=(Caption(number, f"a photo of a {one.categories[0]}"),))
        for number, one in enumerate(whole.records, 1)
        if one.categories[0] in wanted
    ]
    to_tune, to_measure = draw(chosen, len(chosen) // 2, seed)
    listed = tuple(one for one in whole.categories if one.name in wanted)
    dataset.write_coco(RecordSet(tuple(to_tune), listed), out / "tune.json")
    dataset.write_coco(RecordSet(tuple(to_measure), listed), out / "measure.json", out / "classes.json")
    named = Photos(shared / "caltech101", out / "measure.json", out / "classes.json")
    others = captions(shared, out / "others", 0).parts
    return Example(
        Photos(shared / "caltech101", out / "tune.json"),
        {f"{len(wanted)} classes, {len(to_measure)} photos": named} | others,
    )


def measure(model: str, parts: dict[str, Photos], report: progress.Report) -> dict[str, dict[str, float]]:
    """Figures in percent, as `python -m core evaluate` has them: recall by the picture ranking where photos have
    captions of their own, else how many get their class's name."""
    loaded = encoder.load_encoder(model, device="cpu", report=report)
    found = {}
    for name, part in parts.items():
        pictures = measures.encode(part.images, part.captions, part.instances, encoder=loaded, report=report)
        figures: dict[str, float] = {}
        if part.instances is not None:
            asked = evaluation.Settings(parts=(evaluation.Part.ZERO_SHOT, evaluation.Part.CLASSES), resamples=0)
            run = evaluation.measure(pictures, asked, reader=lambda: loaded, report=report)
            assert run.zero_shot is not None
            assert run.classes is not None
            figures = {"class named (top 1)": run.zero_shot.templates[-1].top1, "P@10": run.classes.to_dict()["P@10"]}
        else:
            both = zip(("text to picture", "picture to text"), measures.recall(pictures, report), strict=True)
            for direction, one in both:
                figures |= {f"{direction} R@{k}": share for k, share in ((1, one.r1), (5, one.r5), (10, one.r10))}
            figures["mean recall"] = round(float(np.mean(list(figures.values()))), 2)
        found[name] = figures
    return found


def main() -> int:
    arguments = _arguments()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    try:
        example = {"captions": captions, "classes": classes}[arguments.example](arguments.shared, out, arguments.seed)
    except errors.SourceError as error:
        print(f"error: {error}; --shared names the folder of the shared photos", file=sys.stderr)
        return 2
    if arguments.split_only:
        print(out / "tune.json", out / "measure.json", sep="\n")
        return 0
    told: dict[str, Any] = {"example": arguments.example, "seed": arguments.seed, "runs": {}, "measured": {}}
    with progress_bar.shown() as report:
        told["measured"]["start"] = measure("bundled", example.parts, report)
        for kind in arguments.tune:
            told["runs"][kind], best = _run(arguments, example.tune, kind, report)
            for name, model in best.items():
                told["measured"][name] = measure(str(model), example.parts, report)
    (out / "figures.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    _print(told)
    return 0


def _run(
    arguments: argparse.Namespace, photos: Photos, kind: str, report: progress.Report
) -> tuple[dict[str, Any], dict[str, Path]]:
    """One kind of fine-tuning: how it went, and what came of it."""
    usual, out = plan.USUAL[kind], arguments.out / kind
    asked = plan.Plan(
        "bundled", None, photos.images.resolve(), photos.captions.resolve(), kind,
        usual.epochs, usual.batch, arguments.rate, usual.patience, seed=arguments.seed,
    )  # fmt: skip
    began, worked = time.perf_counter(), time.process_time()
    tuned = fitting.tune(asked, out, report, device="cpu")
    course = tuned.course
    told = {
        "learning": tuned.learning,
        "rate": course.rate,
        "found": course.found,
        "epochs": course.epochs,
        "best_epoch": course.best_epoch,
        "held_out_before": course.history[0]["mean_recall"],
        "held_out_best": course.best,
        "processor_seconds": round(time.process_time() - worked, 1),
        "seconds": round(time.perf_counter() - began, 1),
    }
    if tuned.best is None:
        return told, {}
    mean = arguments.out / f"{kind}-mean"
    averaging.average(tuned.start, tuned.best, HALF, mean)
    return told, {kind: tuned.best, f"{kind}, mean with the start": mean}


def _print(told: dict[str, Any]) -> None:
    heads = ("run", "parameters", "rate", "epochs", "best", "held out before", "best", "processor")
    rows = [
        (
            *(kind, f"{run['learning']:,}", f"{run['rate']:g}", run["epochs"], run["best_epoch"] or "start"),
            *(f"{run['held_out_before']:.2f}", f"{run['held_out_best']:.2f}", f"{run['processor_seconds']:.0f} s"),
        )
        for kind, run in told["runs"].items()
    ]
    tables.print_table(heads, rows, right=tuple(range(1, len(heads))))
    for part, start in told["measured"]["start"].items():
        print(f"\n{part}, %\n")
        figures = [(who, *(f"{found[part][name]:.1f}" for name in start)) for who, found in told["measured"].items()]
        tables.print_table(("", *start), figures, right=tuple(range(1, 1 + len(start))))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("example", choices=("captions", "classes"))
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--tune", nargs="+", choices=list(plan.LEARNS), default=list(plan.LEARNS), metavar="KIND")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", metavar="DIR")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", default=plan.USUAL_RATE, help="usual (default), auto, or a number")
    parser.add_argument("--split-only", action="store_true", help="write the captions files and stop")
    arguments = parser.parse_args()
    if arguments.rate not in (plan.USUAL_RATE, plan.AUTO):
        arguments.rate = float(arguments.rate)
    return arguments


if __name__ == "__main__":
    sys.exit(main())
