"""Does the heat-map point at what was asked for? For each object that is the only one of its category, in a picture
with objects of another category too, the query is the category's name with its article; a hit is a peak of the enlarged
map inside the object's box. Beside it what no map at all would reach: the share of the picture that the boxes cover,
and always pointing at the middle.

    python benchmarks/pointing.py
    python benchmarks/pointing.py --images sample_images/demo \\
        --instances sample_images/demo/annotations/instances_demo.json
    python benchmarks/pointing.py --model ViT-B-32 --pretrained laion2b_s34b_b79k \\
        --images val2017 --instances annotations/instances_val2017.json --captions annotations/captions_val2017.json

Without --instances, scenes are drawn from seed 2,300,000 on, which no training run sees; what the method is made of was
chosen on others, from 2,600,000 on. The ordinary text of `explain.look_closer` is the mean of the pictures' captions,
or of all the queries where there are none.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from core import dataset, encoder, errors, explain, images, scenes
from core.explain import occlusion

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from core.encoder import Encoder

FIRST_SEED = 2_300_000
_BOOTSTRAPS = 2_000
_CAPTIONS = 1_000

Box = tuple[float, float, float, float]
"""Left, top, width, height in pixels of the picture."""
Method = Callable[["Encoder", "Image", Sequence[explain.Term]], tuple[explain.Explanation, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """One picture and what is asked about it: for each query the only box that is right. `captions` are the picture's,
    which nobody is asked about."""

    picture: Image
    boxes: dict[str, Box]
    captions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """How a method did: hits `(queries,)`, in which picture each was asked `(queries,)`, seconds a picture, and the
    words it gave for itself."""

    hits: NDArray[np.bool_]
    pictures: NDArray[np.int64]
    seconds: float
    words: str


def with_article(category: str) -> str:
    """A category as a query: "mouse (animal)" is "a mouse", "umbrella" is "an umbrella"."""
    spoken = category.partition(" (")[0].strip().lower()
    return f"{'an' if spoken[:1] in tuple('aeiou') else 'a'} {spoken}"


def single_objects(found: Sequence[tuple[str, Box]]) -> dict[str, Box]:
    """The boxes of the categories that have exactly one, by query; nothing where there is no other category, or where
    two categories would ask in the same words."""
    held = Counter(category for category, _ in found)
    asked = Counter(with_article(category) for category in held)
    if len(held) < 2:
        return {}
    return {
        with_article(category): box
        for category, box in found
        if held[category] == 1 and asked[with_article(category)] == 1
    }


def drawn(first: int = FIRST_SEED) -> Iterator[Question]:
    """Scenes of ascending seeds that have something to ask."""
    for seed in count(first):
        scene = scenes.draw_scene(seed)
        boxes = single_objects([(one.category, one.box) for one in scene.objects])
        if boxes:
            yield Question(scene.picture, boxes, tuple(scene.captions))


def photographed(folder: Path, instances: Path, side: int, captions: Path | None = None) -> Iterator[Question]:
    """The pictures of an instances file that have something to ask, read as for an encoder of input `side`."""
    for record in dataset.load_records(folder, captions=captions, instances=instances).records:
        boxes = single_objects([(box.category, (box.x, box.y, box.width, box.height)) for box in record.boxes])
        if boxes and record.width and record.height:
            picture = images.open_for_encoder(folder / record.file_name, side)
            across, down = picture.width / record.width, picture.height / record.height
            scaled = {
                query: (left * across, top * down, width * across, height * down)
                for query, (left, top, width, height) in boxes.items()
            }
            yield Question(picture, scaled, tuple(one.text for one in record.captions))


def inside(box: Box, point: tuple[float, float]) -> bool:
    """True when a pixel (x, y) lies in the box."""
    left, top, width, height = box
    return left <= point[0] < left + width and top <= point[1] < top + height


def measure(model: Encoder, questions: Sequence[Question], method: Method) -> Answers:
    """Asks every question of `method`."""
    queries = sorted({query for question in questions for query in question.boxes})
    vectors = dict(zip(queries, model.encode_texts(queries), strict=True))
    ordinary = ordinary_text(model, questions)
    hits, pictures, words = [], [], ""
    started = time.perf_counter()
    for number, question in enumerate(questions):
        terms = [explain.Term(query, vectors[query], ordinary=ordinary) for query in question.boxes]
        for found in method(model, question.picture, terms):
            hits.append(inside(question.boxes[found.term], explain.peak(found, question.picture.size)))
            pictures.append(number)
            words = found.method
    return Answers(np.array(hits), np.array(pictures), (time.perf_counter() - started) / len(questions), words)


def ordinary_text(model: Encoder, questions: Sequence[Question]) -> NDArray[np.float32]:
    """The mean vector `(dim,)` of at most `_CAPTIONS` captions of the pictures, else of the queries."""
    captions = [caption for question in questions for caption in question.captions][:_CAPTIONS]
    mean: NDArray[np.float32] = model.encode_texts(
        captions or sorted({query for question in questions for query in question.boxes})
    ).mean(0)
    return mean


def by_chance(questions: Sequence[Question]) -> tuple[float, float]:
    """Mean share of the picture that a query's box covers, and how often its middle lies in the box."""
    shares, middles = [], []
    for question in questions:
        width, height = question.picture.size
        for box in question.boxes.values():
            shares.append(box[2] * box[3] / (width * height))
            middles.append(inside(box, (width / 2, height / 2)))
    return float(np.mean(shares)), float(np.mean(middles))


def interval(answers: Answers, seed: int = 0) -> tuple[float, float]:
    """The middle 95 % of the accuracy over pictures drawn again with replacement, the queries of one together."""
    rng = np.random.default_rng(seed)
    amount = int(answers.pictures.max()) + 1
    right = np.bincount(answers.pictures, answers.hits, amount)
    asked = np.bincount(answers.pictures, minlength=amount)
    drawn_again = rng.integers(0, amount, (_BOOTSTRAPS, amount))
    means = right[drawn_again].sum(1) / asked[drawn_again].sum(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def at_side(side: int) -> Method:
    """The map of the encoder's places at an input side in pixels."""

    def method(model: Encoder, picture: Image, terms: Sequence[explain.Term]) -> tuple[explain.Explanation, ...]:
        return explain.explain(model, picture, terms, side=side)

    return method


def closer(*, mirrored: bool, ordinary: bool) -> Method:
    """`explain.look_closer`, or less than all of it."""

    def method(model: Encoder, picture: Image, terms: Sequence[explain.Term]) -> tuple[explain.Explanation, ...]:
        asked = terms if ordinary else [replace(term, ordinary=None) for term in terms]
        return explain.look_closer(model, picture, asked, mirrored=mirrored)

    return method


def methods(model: Encoder, times: Sequence[float], covering: bool) -> dict[str, Method]:
    """What to compare: the input side `times` over, the closer look step by step, and covering part by part."""
    own = model.spec.image_size
    found: dict[str, Method] = {f"input side x {one:g}": at_side(round(one * own)) for one in times}
    found["sides averaged"] = closer(mirrored=False, ordinary=False)
    found["+ mirrored"] = closer(mirrored=True, ordinary=False)
    found["+ ordinary less"] = closer(mirrored=True, ordinary=True)
    if covering:
        found["covering"] = occlusion.explain
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--pretrained")
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder of the pictures of --instances")
    parser.add_argument("--instances", type=Path, metavar="FILE", help="COCO instances; default: drawn scenes")
    parser.add_argument("--captions", type=Path, metavar="FILE", help="COCO captions of the same pictures")
    parser.add_argument("--pictures", type=int, default=200, metavar="N", help="at most this many (default 200)")
    parser.add_argument("--times", type=float, nargs="+", default=[1, 2, 3], help="multiples of the input side")
    parser.add_argument("--no-covering", action="store_true", help="leave out the slow method")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    arguments = parser.parse_args()
    if (arguments.images is None) != (arguments.instances is None):
        parser.error("--images and --instances go together")
    try:
        model = encoder.load_encoder(arguments.model, arguments.pretrained)
        source = (
            drawn()
            if arguments.instances is None
            else photographed(arguments.images, arguments.instances, model.spec.image_size, arguments.captions)
        )
        questions = list(islice(source, arguments.pictures))
        if not questions:
            parser.error(f"{arguments.instances} has no picture with a single object beside another category")
        figures = report(model, questions, methods(model, arguments.times, not arguments.no_covering))
    except errors.CocoLensError as error:
        parser.error(str(error))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def report(model: Encoder, questions: Sequence[Question], chosen: dict[str, Method]) -> dict[str, dict[str, float]]:
    """Measures and prints each method; returns the printed figures, shares of 0 to 1."""
    share, middle = by_chance(questions)
    queries = sum(len(question.boxes) for question in questions)
    print(f"{model.spec.model} {model.spec.weights}: {len(questions)} pictures, {queries} queries")
    print(f"by chance {share:.3f}, always the middle {middle:.3f}")
    figures = {"chance": {"box share": share, "middle": middle}}
    for name, method in chosen.items():
        answers = measure(model, questions, method)
        low, high = interval(answers)
        accuracy = float(answers.hits.mean())
        figures[name] = {"accuracy": accuracy, "low": low, "high": high, "seconds": answers.seconds}
        print(
            f"{name:<16} {accuracy:.3f} [{low:.3f}, {high:.3f}] {answers.seconds * 1000:6.0f} ms a picture; "
            f"{answers.words}",
            flush=True,
        )
    return figures


if __name__ == "__main__":
    main()
