"""Fitting: the weights of the fused ranking and the lines of all rankings, from a collection's own captions.

Three kinds of query are asked of the whole collection. A caption, itself left out, has its own picture for a match and
no other one. A word, or a phrase of two or three, has the pictures of which captions say it that were kept apart from
the scoring. So a whole sentence, a bare name and what lies between are asked; all kinds count alike in the lines. The
weights are the sentences' alone: what matches a word is known by captions that say it, which would favour their side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.relevance import asked, logistic
from core.relevance.asked import Asked, Material
from core.relevance.fusion import FALLBACK, Fusion
from core.relevance.values import Line, Relevance, features

LEAST_PICTURES = 40
"""With several captions: fewer do not say what a match looks like."""
_CAPTIONS, _WORDS, _PHRASES = 400, 200, 200  # queries of each kind
_LEAST_MATCHES = 20

_SIDE = {"image": 0, "caption": 1}


def fit(material: Material, encode: Callable[[Sequence[str]], NDArray[np.float32]] | None = None) -> Relevance | None:
    """From a collection's captions. Where another model read them than that of the pictures, only the caption ranking
    has a line. `encode` reads words to unit vectors `(w, dim)`; without it only captions are queries.

    None where fewer than `LEAST_PICTURES` have two captions or more. The same input gives the same fit.
    """
    if int((material.captions_of > 1).sum()) < LEAST_PICTURES:
        return None
    sentences = list(asked.by_captions(material, _CAPTIONS))
    words = list(asked.by_words(material, _WORDS, encode)) if encode else []
    phrases = list(asked.by_phrases(material, _PHRASES, encode)) if encode else []
    kinds = [kind for kind in (sentences, words, phrases) if kind]
    fusion = FALLBACK if material.images is None else _fusion(sentences)
    weights = {"image": (1.0, 0.0, 0.0), "caption": (0.0, 1.0, 0.0), "fused": tuple(_as_array(fusion))}
    lines = {}
    for by in ("caption",) if material.images is None else weights:
        line = _line(by, np.array(weights[by]), kinds)
        if line is not None:
            lines[by] = line
    return Relevance(fusion, lines, sum(map(len, kinds)))


def _as_array(fusion: Fusion) -> NDArray[np.float64]:
    return np.array([fusion.image, fusion.caption, fusion.words])


def _fusion(sentences: Sequence[Asked]) -> Fusion:
    """Under which the match of every query stands out most."""
    # One block for all: queries look at different numbers of pictures, and what is missing never wins.
    most = max(len(one.sides) for one in sentences)
    sides = [np.pad(one.sides, ((0, most - len(one.sides)), (0, 0)), constant_values=-1) for one in sentences]
    wanted = [np.pad(one.matches.astype(np.float64), (0, most - len(one.sides))) for one in sentences]
    found = logistic.ranking_weights(np.stack(sides), np.stack(wanted) / len(sentences))
    if not found.sum() > 0 or not np.isfinite(found).all():
        return FALLBACK
    image, caption, words = (found / found.sum()).tolist()
    return Fusion(image, caption, words)


def _line(by: str, weights: NDArray[np.float64], kinds: Sequence[Sequence[Asked]]) -> Line | None:
    values, matches, counts = [], [], []
    for kind in kinds:
        for one in kind:
            deviation = float(np.sqrt(weights @ one.spread @ weights))
            if by == "caption":  # only pictures with captions are ranked
                deviation /= np.sqrt(one.known)
            if deviation <= 0:
                continue
            use = one.scored if by == "caption" else np.ones(len(one.sides), bool)
            values.append(features(one.sides[use] @ weights, float(one.mean @ weights), deviation, one.words))
            matches.append((one.shown if by == "image" else one.matches)[use])
            counts.append(one.weighs[use] / len(kind))
    if not matches or int(np.concatenate(matches).sum()) < _LEAST_MATCHES:
        return None
    weighs = np.concatenate(counts)
    return Line(logistic.regression(np.concatenate(values), np.concatenate(matches), weighs / weighs.mean()))
