"""Targets and measured figures of a CLIP checkpoint, on photos and scenes that it was never trained on.

    python benchmarks/model_quality.py [--model bundled] [--shared ../shared/data] [--json FILE] [--only PART ...]

  dev      Flickr8k dev, 1,000 photos: recall of all captions, both ways, as `python -m core evaluate` measures it
  coco     the same on the COCO val2017 photos
  scenes   the same on 500 scenes from seed 2,100,000, drawn now
  demo     the same on the demo collection
  caltech  P@10 of the Caltech-101 classes that the recipe leaves out: each of their photos is a query, itself left out
  drawing  photos of 20 categories as queries: P@5 of the category among the demo scenes, by the ranking by image and
           by the one by things (benchmarks/photo_queries.py)
  short    the names of the 60 commonest demo categories, typed alone: P@5 among the demo scenes by the picture ranking
  limits   size of the weights; median time of one picture and one query, on two threads and on one

Needs ../shared/data for dev, coco, caltech and drawing. Exit codes: 0 all measured, whatever was reached; 1 some part
could not be measured; 2 nothing could be.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core import threads  # noqa: E402

if __name__ == "__main__":  # before numpy and torch load; whoever imports this module has limits of their own
    threads.apply("build")

from benchmarks import measures, photo_queries  # noqa: E402
from core import dataset, encoder, errors, images, progress, search  # noqa: E402
from core.cli import progress_bar, tables  # noqa: E402
from core.encoder import checkpoints  # noqa: E402
from core.scenes import generate  # noqa: E402
from core.store import Store  # noqa: E402
from core.training import recipe as recipes  # noqa: E402

DEMO = ROOT / "sample_images" / "demo"
RECIPE = ROOT / "docs" / "recipes" / "bundled-24.toml"
SCENES, FIRST_SEED = 500, 2_100_000
SHORT_QUERIES = 60
THREADS = (2, 1)
_ROUNDS = 60
_WARM_UP = 5  # pictures beyond the rounds: those of the calls that do not count


@dataclass(frozen=True, slots=True)
class Target:
    """What the project asks for: at least `floor`, better `goal`; or, as a limit, at most `floor`."""

    floor: float
    goal: float | None = None
    at_most: bool = False

    def verdict(self, measured: float) -> str:
        if self.at_most:
            return "within the limit" if measured <= self.floor else "over the limit"
        if measured < self.floor:
            return "below the floor"
        return "goal reached" if self.goal is not None and measured >= self.goal else "floor reached"


TARGETS: dict[tuple[str, str], Target] = {
    ("dev", "text to picture, R@1 %"): Target(6, 12),
    ("dev", "text to picture, R@10 %"): Target(25, 45),
    ("dev", "picture to text, R@10 %"): Target(28, 52),
    ("coco", "text to picture, R@10 %"): Target(40, 60),
    ("scenes", "text to picture, R@1 %"): Target(50, 75),
    ("scenes", "text to picture, R@10 %"): Target(95),
    ("caltech", "P@10 among all classes"): Target(0.45, 0.6),
    ("drawing", "P@5"): Target(0.3, 0.5),
    ("drawing", "P@5 by things"): Target(0.3, 0.5),
    ("limits", "weights, MB"): Target(40, at_most=True),
    ("limits", "one picture, 2 threads, ms"): Target(25, at_most=True),
    ("limits", "one query, 2 threads, ms"): Target(8, at_most=True),
    ("limits", "one picture, 1 thread, ms"): Target(25, at_most=True),
    ("limits", "one query, 1 thread, ms"): Target(8, at_most=True),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `chance` is what a blind guess would give, where that is known."""

    part: str
    what: str
    measured: float
    chance: float | None = None

    @property
    def target(self) -> Target | None:
        return TARGETS.get((self.part, self.what))

    def to_dict(self) -> dict[str, Any]:
        target = self.target
        return {
            **asdict(self),
            "floor": target.floor if target else None,
            "goal": target.goal if target else None,
            "verdict": target.verdict(self.measured) if target else "",
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """One part: its figures, and one row for each class, category or query where it has any."""

    figures: tuple[Figure, ...]
    rows: tuple[measures.Precision, ...] = ()
    seconds: float = 0.0


class Bench:
    """A model and what it is measured on. What several parts need is encoded once."""

    def __init__(self, model: str, shared: Path, recipe: Path, report: progress.Report) -> None:
        self.model = model
        self.shared = shared
        self.recipe = recipe
        self.report = report

    @cached_property
    def encoder(self) -> encoder.Encoder:
        return encoder.load_encoder(self.model, device="cpu", report=self.report)

    @cached_property
    def dev(self) -> Store:
        flickr = self.shared / "flickr8k"
        return self.encode(flickr / "dev", flickr / "annotations" / "captions_dev.json")

    @cached_property
    def coco(self) -> Store:
        coco = self.shared / "coco"
        return self.encode(coco / "val2017", coco / "annotations" / "captions_val2017.json")

    @cached_property
    def caltech(self) -> Store:
        """One category per picture: its class."""
        return self.encode(self.shared / "caltech101", labels_from_folders=True)

    @cached_property
    def demo(self) -> Store:
        annotations = DEMO / "annotations"
        return self.encode(DEMO, annotations / "captions_demo.json", annotations / "instances_demo.json")

    def encode(self, *source: Path, labels_from_folders: bool = False) -> Store:
        """Pictures, captions and instances, as `measures.encode` takes them."""
        return measures.encode(
            *source, encoder=self.encoder, report=self.report, labels_from_folders=labels_from_folders
        )

    @cached_property
    def held_out(self) -> tuple[str, ...]:
        """The classes that the recipe leaves out of training, sorted."""
        found = sorted({name for source in recipes.read_recipe(self.recipe).sources for name in source.leave_out})
        if not found:
            raise errors.ConfigurationError(
                f"Recipe {self.recipe} leaves no class out (`leave_out`); name the one behind the model with --recipe."
            )
        return tuple(found)


def dev(bench: Bench) -> Measured:
    return recall(bench, "dev", bench.dev)


def coco(bench: Bench) -> Measured:
    return recall(bench, "coco", bench.coco)


def demo(bench: Bench) -> Measured:
    return recall(bench, "demo", bench.demo)


def scenes(bench: Bench) -> Measured:
    """Drawn to files, as the bundled ones are: what WebP takes away counts."""

    def watch(done: int, total: int) -> None:
        bench.report(progress.Progress("Drawing", done, total, unit="scenes"))

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        generate.write_collection(folder, SCENES, FIRST_SEED, "scenes", watch)
        drawn = bench.encode(folder / "scenes", folder / "annotations" / "captions_scenes.json")
    return recall(bench, "scenes", drawn)


def recall(bench: Bench, part: str, pictures: Store) -> Measured:
    """Both directions in percent."""
    found = measures.recall(pictures, bench.report)
    figures = []
    for direction, one in zip(("text to picture", "picture to text"), found, strict=True):
        for k, share in ((1, one.r1), (5, one.r5), (10, one.r10)):
            # A text looks for one picture among all; how many texts a picture looks for differs.
            chance = 100 * min(1.0, k / len(pictures.records)) if direction == "text to picture" else None
            figures.append(Figure(part, f"{direction}, R@{k} %", share, chance))
    return Measured(tuple(figures))


def caltech(bench: Bench) -> Measured:
    """The held-out classes among all photos, and among each other."""
    held_out, photos = bench.held_out, bench.caltech
    vectors, labels = photos.image_index.vectors(), [record.categories[0] for record in photos.records]
    among_all = measures.precision_of_classes(vectors, labels, held_out, 10)
    own = [row for row, label in enumerate(labels) if label in held_out]
    among_own = measures.precision_of_classes(vectors[own], [labels[row] for row in own], held_out, 10)
    return Measured(
        (
            Figure("caltech", "P@10 among all classes", *measures.over_queries(among_all)),
            Figure("caltech", f"P@10 among the {len(held_out)} held out", *measures.over_queries(among_own)),
        ),
        among_all,
    )


def drawing(bench: Bench) -> Measured:
    """Each category weighs the same, however many photos it has."""
    photos = {"caltech": bench.caltech, "coco": bench.coco}
    categories = measures.counts(bench.demo.records)
    chosen = photo_queries.choose(categories, bench.held_out, bench.caltech.records, bench.coco.records)
    queries = [photos[one.source].image_index.vectors()[list(one.rows)] for one in chosen]
    found = tuple(
        measures.precision_of_category(vectors, bench.demo, one.category, 5)
        for one, vectors in zip(chosen, queries, strict=True)
    )
    known = search.name_things(bench.demo, bench.encoder)
    by_things = tuple(
        measures.precision_by_things(vectors, bench.demo, known, one.category, 5)
        for one, vectors in zip(chosen, queries, strict=True)
    )
    figures = (
        Figure("drawing", "P@5", *measures.over_names(found)),
        Figure("drawing", "P@5 by things", *measures.over_names(by_things)),
    )
    return Measured(figures, (*found, *(replace(one, name=f"{one.name}, by things") for one in by_things)))


def short(bench: Bench) -> Measured:
    names = list(measures.counts(bench.demo.records))[:SHORT_QUERIES]
    queries = bench.encoder.encode_texts([photo_queries.spoken(name) for name in names])
    found = tuple(
        measures.precision_of_category(query[None], bench.demo, name, 5)
        for name, query in zip(names, queries, strict=True)
    )
    return Measured((Figure("short", "P@5", *measures.over_names(found)),), found)


def limits(bench: Bench) -> Measured:
    """Each number of threads has a process of its own, because libraries read their variables once."""
    size = checkpoints.resolve(bench.model, None).file.stat().st_size / 1e6
    figures = [Figure("limits", "weights, MB", size)]
    for done, count in enumerate(THREADS):
        bench.report(progress.Progress("Timing", done, len(THREADS), unit="thread limits"))
        timed = subprocess.run(
            [sys.executable, __file__, "--worker", "--model", bench.model],
            env={**os.environ, **dict.fromkeys(threads.VARIABLES, str(count))},
            check=False,
            capture_output=True,
            text=True,
        )
        if timed.returncode:
            raise errors.EncoderError(f"timing {bench.model} failed: {(timed.stderr.strip() or '?').splitlines()[-1]}")
        for what, taken in json.loads(timed.stdout.splitlines()[-1]).items():
            figures.append(Figure("limits", f"one {what}, {count} thread{'s' * (count > 1)}, ms", taken))
    return Measured(tuple(figures))


def time_encoder(model: str) -> dict[str, float]:
    """Medians in milliseconds of one demo picture and one demo caption, with the thread limit of this process."""
    from benchmarks import encode

    loaded = encoder.load_encoder(model, device="cpu")
    records = dataset.load_records(DEMO, DEMO / "annotations" / "captions_demo.json").records[: _ROUNDS + _WARM_UP]
    pictures = [images.open_image(DEMO / record.file_name) for record in records]
    texts = [record.captions[0].display for record in records]
    return {
        "picture": encode.median_ms(lambda n: loaded.encode_images([pictures[n % len(pictures)]]), _ROUNDS),
        "query": encode.median_ms(lambda n: loaded.encode_texts([texts[n % len(texts)]]), _ROUNDS),
    }


PARTS: dict[str, Callable[[Bench], Measured]] = {
    part.__name__: part for part in (dev, coco, scenes, demo, caltech, drawing, short, limits)
}


def measure(bench: Bench, parts: Sequence[str]) -> tuple[dict[str, Measured], dict[str, str]]:
    """Each part's figures, and why the others could not be measured."""
    found, failed = {}, {}
    for name in parts:
        began = time.perf_counter()
        try:
            made = PARTS[name](bench)
        except errors.CocoLensError as error:
            failed[name] = str(error)
        else:
            found[name] = Measured(made.figures, made.rows, round(time.perf_counter() - began, 1))
    return found, failed


def print_figures(figures: Iterable[Figure]) -> None:
    """The table of targets against measured figures."""
    rows = []
    for figure in figures:
        target, places = figure.target, 3 if figure.what.startswith("P@") else 2
        floor = f"{'at most ' * target.at_most}{target.floor:g}" if target else ""
        goal = f"{target.goal:g}" if target and target.goal is not None else ""
        chance = "" if figure.chance is None else f"{figure.chance:.{places}f}"
        verdict = target.verdict(figure.measured) if target else ""
        rows.append((figure.part, figure.what, floor, goal, f"{figure.measured:.{places}f}", chance, verdict))
    tables.print_table(("part", "what", "floor", "goal", "measured", "chance", "verdict"), rows, right=(2, 3, 4, 5))


def print_rows(part: str, rows: Iterable[measures.Precision]) -> None:
    """One line per class, category or query of a part."""
    print()
    tables.print_table(
        (part, "queries", "right ones", "precision", "chance"),
        [(row.name, row.queries, row.relevant, f"{row.precision:.3f}", f"{row.chance:.3f}") for row in rows],
        right=(1, 2, 3, 4),
    )


def to_dict(bench: Bench, found: dict[str, Measured], failed: dict[str, str]) -> dict[str, Any]:
    """Everything, JSON-ready."""
    return {
        "model": bench.model,
        "encoder": asdict(bench.encoder.spec),
        "figures": [figure.to_dict() for one in found.values() for figure in one.figures],
        "rows": {name: [asdict(row) for row in one.rows] for name, one in found.items() if one.rows},
        "seconds": {name: one.seconds for name, one in found.items()},
        "failed": failed,
    }


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=checkpoints.BUNDLED, help="bundled (default) or the folder of a checkpoint")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", metavar="DIR")
    parser.add_argument(
        "--recipe", type=Path, default=RECIPE, metavar="FILE", help="whose `leave_out` names the held-out classes"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every number to FILE")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.json and not arguments.json.resolve().parent.is_dir():
        parser.error(f"--json {arguments.json}: the folder it would be written to does not exist; make it first")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables and return the exit code."""
    arguments = options(argv)
    try:
        if arguments.worker:
            print(json.dumps(time_encoder(arguments.model)))
            return 0
        with progress_bar.shown() as report:
            bench = Bench(arguments.model, arguments.shared, arguments.recipe, report)
            spec = bench.encoder.spec
            found, failed = measure(bench, list(dict.fromkeys(arguments.only)))
        print(f"{spec.weights}: {spec.dim} dimensions, pictures of {spec.image_size} pixels, {spec.fingerprint[:12]}\n")
        print_figures(figure for one in found.values() for figure in one.figures)
        for name, one in found.items():
            if one.rows:
                print_rows(name, one.rows)
        print("\nseconds: " + ", ".join(f"{name} {one.seconds:.0f}" for name, one in found.items()))
        for name, reason in failed.items():
            print(f"{name} could not be measured: {reason}", file=sys.stderr)
        if arguments.json:
            arguments.json.write_text(json.dumps(to_dict(bench, found, failed), indent=2) + "\n", encoding="utf-8")
    except (errors.CocoLensError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return (1 if found else 2) if failed else 0


if __name__ == "__main__":
    sys.exit(main())
