"""Whether probabilities are right, and whether the cut is: for all three rankings.

    python benchmarks/relevance.py [NAME ...] [--db DIR] [--categories NAME]

Calibration: a collection's pictures are divided into two halves. What `core.relevance.fit` learns from the captions of
the one is applied to the other as to a collection of its own, none of whose pictures the fit has seen. Queries are its
captions, each left out itself. Of the first 12 hits, the one that the caption belongs to is a match and no other one.
Expected calibration error: the mean distance between the probability said and the share that matched, over ten equal
bins, by hits (Naeini et al., 2015). The same over balanced pairs, as many own pictures as random other ones, where the
probability is brought to that proportion.

Cut: on the categories of the collection `--categories` (default demo) with ten scenes or more, each typed as its name;
matches are the scenes that have it. F1 of the pictures above the cut, averaged over the categories, once with the fit
to that collection's own captions, as it is used, and once with that to half of it, on the other half. For comparison
the best F1 that any cut could have in the same ranking, and that of the estimate without a fit.

Everything is fitted anew by `build`, or by `python -m core calibrate NAME`; no constant here is of one model.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("build")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from benchmarks import photo_queries  # noqa: E402
from core import collection, config, relevance, store  # noqa: E402
from core.cli import tables  # noqa: E402
from core.keywords import WordIndex, stems  # noqa: E402
from core.relevance import FALLBACK, Fusion, Material, Relevance  # noqa: E402

FIRST = 12
LEAST_SCENES = 10
QUERIES = 1500
RANKINGS = ("image", "caption", "fused")


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Queries over a collection: scores by ranking and what matches, `(q, n)`; the number of words of each."""

    scores: dict[str, NDArray[np.float32]]
    matches: NDArray[np.bool_]
    words: NDArray[np.int64]


def main() -> None:
    """Print a line for each collection and ranking, then the lines of the categories."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", default=["demo"])
    parser.add_argument("--db", type=Path, default=config.Settings.from_environment().db)
    parser.add_argument("--categories", default="demo", metavar="NAME", help="collection of the category queries")
    arguments = parser.parse_args()
    rows = []
    for name in arguments.names:
        opened = collection.open_collection(name, arguments.db)
        rows += [(name, *row) for row in calibration(opened)]
    print(f"Expected calibration error on pictures that the fit has not seen; first {FIRST} hits of their captions\n")
    tables.print_table(
        ("", "ranking", "queries", "said", "matched", "error", "pairs", "without a fit"), rows, right=(2, 3, 4, 5, 6, 7)
    )
    opened = collection.open_collection(arguments.categories, arguments.db)
    print(f"\nF1 of the cut for the names of {arguments.categories}'s categories, {LEAST_SCENES} scenes or more\n")
    tables.print_table(
        ("ranking", "categories", "as used", "unseen half", "best cut", "without a fit", "error, first 12"),
        list(categories(opened)),
        right=(1, 2, 3, 4, 5, 6),
    )


def calibration(opened: collection.Collection) -> Iterator[tuple[str, ...]]:
    halves = [material(opened.store, side) for side in (0, 1)]
    found: dict[str, list[tuple[NDArray[np.float64], NDArray[np.bool_]]]] = {}
    number = 0
    for seen, unseen in (halves, halves[::-1]):
        fitted = relevance.fit(seen, opened.text_encoder.encode_texts)
        if fitted is None:
            raise SystemExit(f"{opened.name}: too few captions to fit anything to")
        asked = captions(unseen, fitted.fusion)
        number += len(asked.words)
        for by in RANKINGS:
            found.setdefault(by, []).append(first_hits(asked, by, fitted))
            found.setdefault(f"{by} pairs", []).append(pairs(asked, by, fitted))
            found.setdefault(f"{by} without", []).append(first_hits(asked, by, None))
    for by in RANKINGS:
        said, matched = (np.concatenate(parts) for parts in zip(*found[by], strict=True))
        others = (
            f"{error(*(np.concatenate(parts) for parts in zip(*found[f'{by} {kind}'], strict=True))):.3f}"
            for kind in ("pairs", "without")
        )
        yield by, f"{number:,}", f"{said.mean():.3f}", f"{matched.mean():.3f}", f"{error(said, matched):.3f}", *others


def categories(opened: collection.Collection) -> Iterator[tuple[str, ...]]:
    records = opened.store.records
    counts: dict[str, int] = {}
    for record in records:
        for category in record.categories:
            counts[category] = counts.get(category, 0) + 1
    chosen = [name for name, count in sorted(counts.items()) if count >= LEAST_SCENES]
    texts = [photo_queries.spoken(name) for name in chosen]
    vectors = opened.text_encoder.encode_texts(texts)
    encode = opened.text_encoder.encode_texts
    whole = material(opened.store)
    own = opened.store.relevance or relevance.fit(whole, encode)
    unseen: dict[str, list[float]] = {by: [] for by in RANKINGS}
    halves = [rows_of(len(records), side) for side in (0, 1)]
    for seen, other in (halves, halves[::-1]):
        fitted = relevance.fit(part(opened.store, seen), encode)
        asked = named(part(opened.store, other), texts, vectors, fitted.fusion if fitted else FALLBACK)
        matches = np.array([[name in records[row].categories for row in other] for name in chosen])
        asked = replace(asked, matches=matches)
        for by in RANKINGS:
            unseen[by] += f1_of_cut(asked, by, fitted)
    asked = named(whole, texts, vectors, own.fusion if own else FALLBACK)
    asked = replace(asked, matches=np.array([[name in record.categories for record in records] for name in chosen]))
    for by in RANKINGS:
        best = [best_f1(*pair) for pair in zip(asked.scores[by], asked.matches, strict=True)]
        figures = (f1_of_cut(asked, by, own), unseen[by], best, f1_of_cut(asked, by, None))
        yield (
            by,
            f"{len(chosen)}",
            *(f"{np.mean(one):.3f}" for one in figures),
            f"{error(*first_hits(asked, by, own)):.3f}",
        )


def rows_of(count: int, side: int) -> NDArray[np.int64]:
    """Every second picture, from `side`."""
    return np.arange(side, count, 2)


def material(opened: store.Store, side: int | None = None) -> Material:
    count = len(opened.records)
    return part(opened, np.arange(count) if side is None else rows_of(count, side))


def part(opened: store.Store, rows: NDArray[np.int64]) -> Material:
    """Some pictures of a collection and their captions, as a collection of their own."""
    number = np.full(len(opened.records), -1)
    number[rows] = np.arange(len(rows))
    order = np.argsort(opened.caption_image_rows, kind="stable")
    kept = order[number[opened.caption_image_rows[order]] >= 0]
    return Material(
        images=opened.image_index.vectors()[rows] if opened.one_space else None,
        captions=opened.caption_index.vectors()[kept],
        texts=[opened.captions[row].text for row in kept],
        owners=number[opened.caption_image_rows[kept]],
        pictures=len(rows),
    )


def captions(those: Material, fusion: Fusion) -> Judged:
    """Captions as queries, evenly spread, each without itself."""
    chosen = np.unique(np.linspace(0, len(those.texts) - 1, QUERIES // 2).astype(int))
    index = WordIndex.build(those.texts, those.owners, those.pictures)
    cosines = those.captions[chosen] @ those.captions.T
    cosines[np.arange(len(chosen)), chosen] = -np.inf
    words = np.stack([index.scores_without(those.texts[at], int(those.owners[at])) for at in chosen])
    matches = those.owners[chosen][:, None] == np.arange(those.pictures)
    texts = [those.texts[at] for at in chosen]
    return judged(those, (those.captions[chosen], cosines, words), fusion, texts, matches)


def named(those: Material, texts: Sequence[str], vectors: NDArray[np.float32], fusion: Fusion) -> Judged:
    """Texts as queries; what matches is not known here."""
    index = WordIndex.build(those.texts, those.owners, those.pictures)
    words = np.stack([index.scores(text) for text in texts])
    nothing = np.zeros((len(texts), those.pictures), bool)
    return judged(those, (vectors, vectors @ those.captions.T, words), fusion, texts, nothing)


def judged(
    those: Material,
    sides: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    fusion: Fusion,
    texts: Sequence[str],
    matches: NDArray[np.bool_],
) -> Judged:
    """`sides` are the queries' vectors `(q, dim)`, their cosines with the captions `(q, m)`, and the words `(q, n)`."""
    vectors, cosines, words = sides
    with_captions, starts = np.unique(those.owners, return_index=True)
    best = np.full((len(texts), those.pictures), -np.inf, np.float32)
    best[:, with_captions] = np.maximum.reduceat(cosines, starts, axis=1)
    pictures = vectors @ those.images.T if those.images is not None else np.zeros_like(best)
    fused = relevance.fuse(pictures, best, words, fusion).sum(axis=-1)
    numbers = np.array([len(stems(text)) for text in texts])
    return Judged({"image": pictures, "caption": best, "fused": fused}, matches, numbers)


def probabilities(asked: Judged, by: str, fitted: Relevance | None) -> Iterator[NDArray[np.float64]]:
    line = fitted.lines.get(by) if fitted else None
    for scores, words in zip(asked.scores[by], asked.words, strict=True):
        found = relevance.estimate(scores, line, int(words))
        # Where nothing is said, nothing is said to match.
        yield np.zeros(len(scores)) if found is None else found.probabilities


def first_hits(asked: Judged, by: str, fitted: Relevance | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What was said of the first hits of all queries, and whether they match."""
    said, matched = [], []
    for found, scores, matches in zip(probabilities(asked, by, fitted), asked.scores[by], asked.matches, strict=True):
        first = np.argsort(-scores, kind="stable")[:FIRST]
        said.append(found[first])
        matched.append(matches[first])
    return np.concatenate(said), np.concatenate(matched)


def pairs(asked: Judged, by: str, fitted: Relevance | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Every query with its own picture and with one picked at random; one in two matches, not one in all."""
    chance = np.random.default_rng(0)
    said, matched = [], []
    for found, matches in zip(probabilities(asked, by, fitted), asked.matches, strict=True):
        own, other = np.flatnonzero(matches), chance.choice(np.flatnonzero(~matches), 1)
        odds = np.clip(found[[*own, *other]], 1e-12, 1 - 1e-12)
        odds = odds / (1 - odds) * (len(matches) - 1)
        said.append(odds / (1 + odds))
        matched.append([True, False])
    return np.concatenate(said), np.concatenate(matched)


def error(said: NDArray[np.float64], matched: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over equal bins."""
    which = np.minimum((said * bins).astype(int), bins - 1)
    return float(np.abs(np.bincount(which, said - matched, bins)).sum() / len(said))


def f1_of_cut(asked: Judged, by: str, fitted: Relevance | None) -> list[float]:
    """Of each query, F1 of the pictures above the cut; queries that nothing matches are left out."""
    found = []
    for said, scores, matches in zip(probabilities(asked, by, fitted), asked.scores[by], asked.matches, strict=True):
        if matches.any():
            taken = np.argsort(-scores, kind="stable")[: relevance.place(said)]
            found.append(2 * float(matches[taken].sum()) / (len(taken) + float(matches.sum())))
    return found


def best_f1(scores: NDArray[np.float32], matches: NDArray[np.bool_]) -> float:
    """The highest that a cut anywhere would have."""
    right = np.cumsum(matches[np.argsort(-scores, kind="stable")])
    return float((2 * right / (np.arange(1, len(scores) + 1) + matches.sum())).max())


if __name__ == "__main__":
    main()
