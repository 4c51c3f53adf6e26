"""How well the audit finds faults that were planted: copies, foreign photos and misplaced captions in drawn scenes.

    python benchmarks/audit_faults.py [--seed 4000000] [--model bundled] [--shared ../shared/data] [--work DIR]

2,000 scenes that no training run has seen (`core.scenes`, seeds from SEED on) get 100 copies, half of them at 50 to
80 % of the size, half stored again as JPEG of quality 40 to 75; 50 photos of COCO, ImageNet and Caltech-101; and 200
captions that changed places. All are encoded and audited with the usual levels. The methods were chosen on the seeds
3000000 and 3100000. --captions 1 leaves one caption to each scene, so that nothing but the picture can give it away.

--work keeps what was drawn and encoded for the next run. Exit codes: 0 every target reached; 1 some missed; 2 not run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from core import threads  # noqa: E402

threads.apply("build")

import numpy as np  # noqa: E402
import planting  # noqa: E402

from core import audit, build, errors, progress, store  # noqa: E402
from core.audit import outliers  # noqa: E402
from core.cli import progress_bar, tables  # noqa: E402

if TYPE_CHECKING:
    from numpy.typing import NDArray

TARGETS = {
    "duplicates, precision": 0.98,
    "duplicates, recall": 0.98,
    "misplaced captions, average precision": 0.6,
    "foreign pictures, average precision": 0.6,
}


def average_precision(scores: NDArray[np.floating], relevant: NDArray[np.bool_]) -> float:
    """The mean, over the relevant ones, of the precision at the rank of each; equal scores count as one rank, the last.
    0 where nothing is relevant."""
    order = np.argsort(-scores, kind="stable")
    ranked, found = scores[order], relevant[order].cumsum()
    last = np.searchsorted(-ranked, -ranked, side="right")  # how many have this score or a higher one
    precision = found[last - 1] / last
    return float(precision[relevant[order]].mean()) if relevant.any() else 0.0


def pairs_of(groups: audit.FindingList) -> set[tuple[int, int]]:
    """Every pair of image ids that share a group, smaller id first."""
    found: set[tuple[int, int]] = set()
    for group in groups:
        found |= set(combinations(sorted(shown.record.image_id for shown in group.pictures), 2))
    return found


def measure(opened: store.Store, made: audit.Audit, truth: planting.Planted) -> dict[str, float]:
    """The figures of `TARGETS`, and precision and recall of the lists at their usual levels."""
    groups = audit.findings(opened, made, audit.Kind.DUPLICATES, same_pixels=True)
    found, wanted = pairs_of(groups), {(min(pair), max(pair)) for pair in truth.copies}
    hits = len(found & wanted)
    foreign = np.array([record.image_id in truth.foreign for record in opened.records])
    swapped = np.array([caption.caption_id in truth.swapped for caption in opened.captions])
    far = made.neighbourhoods.scores
    if made.misfits is None:
        raise errors.NoTextSideError("this model reads no captions, so misplaced ones cannot be looked for")
    unfit = np.nan_to_num(made.misfits.scores, nan=-np.inf)
    figures = {
        "duplicates, precision": hits / len(found) if found else 0.0,
        "duplicates, recall": hits / len(wanted),
        "misplaced captions, average precision": average_precision(unfit, swapped),
        "foreign pictures, average precision": average_precision(far, foreign),
    }
    for name, listed, right in (
        ("misplaced captions", unfit >= audit.LEVELS[audit.Kind.CAPTIONS].default, swapped),
        ("foreign pictures", outliers.deviations(far) >= audit.LEVELS[audit.Kind.OUTLIERS].default, foreign),
    ):
        figures[f"{name}, listed at the usual level"] = float(listed.sum())
        figures[f"{name}, precision of that list"] = float(right[listed].mean()) if listed.any() else 0.0
        figures[f"{name}, recall of that list"] = float(listed[right].mean())
    return figures


def collection(work: Path, truth: planting.Planted, model: str, report: progress.Report) -> store.Store:
    """The planted pictures encoded; those of an earlier run where its captions and its model are the same."""
    db, name = work / "db", "planted"
    try:
        opened = store.open_store(db / name)
    except errors.StoreError:
        opened = None
    spoken = {one["id"]: one["caption"] for one in json.loads(truth.captions.read_text("utf-8"))["annotations"]}
    known = opened is not None and {one.caption_id: one.text for one in opened.captions} == spoken
    if opened is not None and known and opened.manifest.model == model:
        return opened
    made = build.build_collection(name, truth.pictures, truth.captions, db=db, model=model, report=report)
    return store.open_store(made.folder)


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=4_000_000, help="of the first scene (default 4000000)")
    parser.add_argument("--scenes", type=int, default=2000, metavar="N", help="how many scenes (default 2000)")
    parser.add_argument("--captions", type=int, metavar="N", help="captions kept of each scene (default all)")
    parser.add_argument("--model", default="bundled", help="bundled (default) or the folder of a checkpoint")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", metavar="DIR")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep scenes and vectors here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every number to FILE")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures and return the exit code."""
    arguments = options(argv)
    try:
        with ExitStack() as until_end, progress_bar.shown() as report:
            work = arguments.work or Path(until_end.enter_context(tempfile.TemporaryDirectory()))
            folder = work / f"p{arguments.seed}_{arguments.captions}"
            folder.mkdir(parents=True, exist_ok=True)
            truth = planting.plant(
                folder,
                arguments.shared,
                scenes=arguments.scenes,
                seed=arguments.seed,
                drawn=work / "scenes",
                captions_each=arguments.captions,
            )
            opened = collection(folder, truth, arguments.model, report)
            began = time.perf_counter()
            made = audit.audit_store(opened, report=report)
            seconds = time.perf_counter() - began
            figures = measure(opened, made, truth)
    except (errors.CocoLensError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    spec = opened.manifest.encoder
    print(f"{spec.model} {spec.fingerprint[:12]}, seed {arguments.seed}: {len(opened.records):,} pictures, ", end="")
    print(f"{len(opened.captions):,} captions, audited in {seconds:.1f} s\n")
    tables.print_table(
        ("", "measured", "target"),
        [(name, _written(value), f"{TARGETS[name]:.2f}" if name in TARGETS else "") for name, value in figures.items()],
        right=(1, 2),
    )
    if arguments.json:
        whole: dict[str, Any] = {"seed": arguments.seed, "fingerprint": spec.fingerprint, "seconds": seconds, **figures}
        arguments.json.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    return 0 if all(figures[name] >= least for name, least in TARGETS.items()) else 1


def _written(value: float) -> str:
    return f"{value:.3f}" if value <= 1 else f"{value:,.0f}"


if __name__ == "__main__":
    sys.exit(main())
