"""The worked example of docs/fine_tuning.md: the bundled model taught part of Flickr8k dev, measured on the rest.

    python benchmarks/fine_tuning.py runs/example [--tune projection image] [--shared ../shared/data] [--seed 0]
    python benchmarks/fine_tuning.py runs/example --split-only

The 1,000 dev photos, which the bundled model never saw, are parted by a seeded draw: 700 to fine-tune on (of which a
run holds some out to stop by), 300 to measure on. Each kind of `--tune` runs with its usual settings; the start, the
best checkpoint and the mean of both are measured on the 300 photos and on the COCO photos, of another source. Writes
OUT/tune.json and OUT/measure.json (captions files of the parts), OUT/KIND (the runs) and OUT/figures.json.

The weights that come of it are for the comparison only: dev is what the bundled model is judged by.
Exit code 2 where the shared photos are missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
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
from core import dataset, encoder, errors, progress  # noqa: E402
from core.cli import progress_bar, tables  # noqa: E402
from core.records import RecordSet  # noqa: E402
from core.training import averaging  # noqa: E402
from core.training.finetuning import fitting, plan  # noqa: E402

MEASURED = 300
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Photos:
    """A picture folder and its captions file."""

    images: Path
    captions: Path


def split(whole: Photos, out: Path, seed: int) -> tuple[Path, Path]:
    """Parts the photos by picture, `MEASURED` of them to measure on; the two captions files, the larger part first."""
    records = dataset.load_records(whole.images, whole.captions).records
    order = np.random.default_rng(seed).permutation(len(records))
    files = []
    for name, rows in (("tune", order[MEASURED:]), ("measure", order[:MEASURED])):
        files.append(out / f"{name}.json")
        dataset.write_coco(RecordSet(tuple(records[row] for row in np.sort(rows))), files[-1])
    return files[0], files[1]


def measure(model: str, parts: dict[str, Photos], report: progress.Report) -> dict[str, dict[str, float]]:
    """Recall of each part in percent, as `python -m core evaluate` has it (the picture ranking)."""
    loaded = encoder.load_encoder(model, device="cpu", report=report)
    found = {}
    for name, part in parts.items():
        pictures = measures.encode(part.images, part.captions, encoder=loaded, report=report)
        figures = {}
        for direction, one in zip(
            ("text to picture", "picture to text"), measures.recall(pictures, report), strict=True
        ):
            figures |= {f"{direction} R@{k}": share for k, share in ((1, one.r1), (5, one.r5), (10, one.r10))}
        found[name] = figures | {"mean recall": round(float(np.mean(list(figures.values()))), 2)}
    return found


def main() -> int:
    arguments = _arguments()
    flickr, coco = arguments.shared / "flickr8k", arguments.shared / "coco"
    whole = Photos(flickr / "dev", flickr / "annotations" / "captions_dev.json")
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        to_tune, to_measure = split(whole, arguments.out, arguments.seed)
    except errors.SourceError as error:
        print(f"error: {error}; --shared names the folder of the shared photos", file=sys.stderr)
        return 2
    if arguments.split_only:
        print(to_tune, to_measure, sep="\n")
        return 0
    parts = {
        f"the {MEASURED} photos": Photos(whole.images, to_measure),
        "COCO": Photos(coco / "val2017", coco / "annotations" / "captions_val2017.json"),
    }
    told: dict[str, Any] = {"seed": arguments.seed, "runs": {}, "measured": {}}
    with progress_bar.shown() as report:
        told["measured"]["start"] = measure("bundled", parts, report)
        for kind in arguments.tune:
            out = arguments.out / kind
            usual = plan.USUAL[kind]
            asked = plan.Plan(
                "bundled", None, whole.images.resolve(), to_tune.resolve(), kind,
                usual.epochs, usual.batch, arguments.rate, usual.patience, seed=arguments.seed,
            )  # fmt: skip
            began, worked = time.perf_counter(), time.process_time()
            tuned = fitting.tune(asked, out, report, device="cpu")
            course = tuned.course
            told["runs"][kind] = {
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
            if tuned.best is not None:
                told["measured"][kind] = measure(str(tuned.best), parts, report)
                mean = arguments.out / f"{kind}-mean"
                averaging.average(tuned.start, tuned.best, HALF, mean)
                told["measured"][f"{kind}, mean with the start"] = measure(str(mean), parts, report)
    (arguments.out / "figures.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    _print(told)
    return 0


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
    for part in told["measured"]["start"]:
        print(f"\n{part}, %\n")
        names = list(told["measured"]["start"][part])
        figures = [(who, *(f"{found[part][name]:.1f}" for name in names)) for who, found in told["measured"].items()]
        tables.print_table(("", *names), figures, right=tuple(range(1, 1 + len(names))))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--tune", nargs="+", choices=list(plan.LEARNS), default=list(plan.LEARNS), metavar="KIND")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", metavar="DIR")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", default="usual", help="usual (default), auto, or a number")
    parser.add_argument("--split-only", action="store_true", help="write the two captions files and stop")
    arguments = parser.parse_args()
    if arguments.rate not in ("usual", "auto"):
        arguments.rate = float(arguments.rate)
    return arguments


if __name__ == "__main__":
    sys.exit(main())
