"""Recall of ways to fuse the sides of a query, with and without the captions' words.

    python benchmarks/fusion.py NAME [NAME ...] [--db DIR] [--fit NAME] [--queries 1500] [--saturation 0.5]

Captions are queries, evenly spread, each left out of the captions and of the words itself. R@1, R@5, R@10 in percent;
ties count against the true answer. The ways: each side alone; the fixed mixture 0.2 of the picture's cosine and 0.8 of
the best caption's, alone and with words; reciprocal rank fusion (Cormack et al., 2009, k = 60); the weights that
`core.relevance.fit` finds, with words and, in the same proportion, without. The weights are those fitted to the
collection `--fit`, or to each collection's own captions. How fusion is done was chosen on photos and scenes held out of
training, not on those that figures are published of.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("build")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from benchmarks.relevance import material  # noqa: E402
from core import collection, config, evaluation, keywords, relevance  # noqa: E402
from core.cli import tables  # noqa: E402
from core.keywords import WordIndex  # noqa: E402
from core.relevance import Fusion, Material  # noqa: E402

_BLOCK = 100
_RANK = 60  # of reciprocal rank fusion


def main() -> None:
    """Print one table for each collection."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--db", type=Path, default=config.Settings.from_environment().db)
    parser.add_argument("--fit", metavar="NAME", help="take the weights fitted to this collection")
    parser.add_argument("--queries", type=int, default=1500)
    parser.add_argument("--saturation", type=float, default=keywords.SATURATION)
    arguments = parser.parse_args()
    keywords.SATURATION = arguments.saturation
    for name in arguments.names:
        opened = collection.open_collection(name, arguments.db)
        source = collection.open_collection(arguments.fit, arguments.db) if arguments.fit else opened
        fitted = relevance.fit(material(source.store), source.text_encoder.encode_texts)
        fusion = fitted.fusion if fitted else relevance.FALLBACK
        those = material(opened.store)
        ranks: dict[str, list[NDArray[np.float64]]] = {}
        chosen = np.unique(np.linspace(0, len(those.texts) - 1, arguments.queries).astype(int))
        index = WordIndex.build(those.texts, those.owners, those.pictures)
        for start in range(0, len(chosen), _BLOCK):
            part = chosen[start : start + _BLOCK]
            for way, scores in fused(sides(those, index, part), fusion).items():
                ranks.setdefault(way, []).append(evaluation.true_ranks(scores, those.owners[part]))
        print(f"{name}: {those.pictures:,} pictures, {len(chosen):,} captions as queries; weights of {source.name}\n")
        rows = []
        for way, parts in ranks.items():
            measured = evaluation.summary(np.concatenate(parts))
            rows.append((way, *(f"{one:.1f}" for one in (measured.r1, measured.r5, measured.r10))))
        tables.print_table(("", "R@1", "R@5", "R@10"), rows, right=(1, 2, 3))
        print()


def sides(those: Material, index: WordIndex, chosen: NDArray[np.int64]) -> tuple[NDArray[np.float32], ...]:
    """Of each chosen caption with every picture: the picture's cosine, the best other caption's, the words."""
    assert those.images is not None
    cosines = those.captions[chosen] @ those.captions.T
    cosines[np.arange(len(chosen)), chosen] = -np.inf
    with_captions, starts = np.unique(those.owners, return_index=True)
    best = np.full((len(chosen), those.pictures), -np.inf, np.float32)
    best[:, with_captions] = np.maximum.reduceat(cosines, starts, axis=1)
    words = np.stack([index.scores_without(those.texts[at], int(those.owners[at])) for at in chosen])
    return those.captions[chosen] @ those.images.T, best, words


def fused(found: tuple[NDArray[np.float32], ...], fusion: Fusion) -> dict[str, NDArray[np.float32]]:
    """The scores `(q, n)` of every way."""
    images, captions, words = found

    def mixed(weights: Fusion, *, spoken: bool = True) -> NDArray[np.float32]:
        total: NDArray[np.float32] = relevance.fuse(images, captions, words if spoken else None, weights).sum(axis=-1)
        return total

    def reciprocal(*of: NDArray[np.float32]) -> NDArray[np.float32]:
        places = (np.argsort(np.argsort(-one, axis=1, kind="stable"), axis=1) + 1 for one in of)
        return np.sum([1 / (_RANK + place) for place in places], axis=0).astype(np.float32)

    shown = f"{fusion.image:.2f}, {fusion.caption:.2f}, {fusion.words:.2f}"
    return {
        "image": images,
        "caption": captions,
        "words": words,
        "fixed 0.2, 0.8": mixed(relevance.FALLBACK, spoken=False),
        "fixed 0.2, 0.8, and words 0.4 (of 1.4)": mixed(relevance.FALLBACK),
        "reciprocal ranks, image and caption": reciprocal(images, captions),
        "reciprocal ranks, image, caption, words": reciprocal(images, captions, words),
        "reciprocal ranks, caption and words": reciprocal(captions, words),
        "fitted, without words": mixed(fusion, spoken=False),
        f"fitted: {shown}": mixed(fusion),
    }


if __name__ == "__main__":
    main()
