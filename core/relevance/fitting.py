"""Fitting: the weights of the fused ranking and the lines of all rankings, from a collection's own captions.

Three kinds of query are asked of the whole collection. A caption, itself left out, has its own picture for a match and
no other one. A word, or a phrase of two or three, has the pictures of which captions say it that were kept apart from
the scoring. So a whole sentence, a bare name and what lies between are asked; all kinds count alike in the lines. For
the weights sentences come first: what matches a word is known by captions that say it, which favours their side.
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
_CAPTIONS, _WORDS, _PHRASES = 1000, 200, 200  # queries of each kind
_PARTS = 14  # of one: FALLBACK is among the weights that are tried, and no side has none
_WEIGHTS = np.array([(a, b, _PARTS - a - b) for a in range(1, _PARTS) for b in range(1, _PARTS - a)]) / _PARTS
_FIRST = 10
_AS_GOOD = 0.005  # mean reciprocal rank
_LEAST_MATCHES = 20


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
    fusion = FALLBACK if material.images is None else _fusion(sentences, [*words, *phrases])
    weights = {"image": (1.0, 0.0, 0.0), "caption": (0.0, 1.0, 0.0), "fused": tuple(_as_array(fusion))}
    lines = {}
    for by in ("caption",) if material.images is None else weights:
        line = _line(by, np.array(weights[by]), kinds)
        if line is not None:
            lines[by] = line
    return Relevance(fusion, lines, sum(map(len, kinds)))


def _as_array(fusion: Fusion) -> NDArray[np.float64]:
    return np.array([fusion.image, fusion.caption, fusion.words])


def _fusion(sentences: Sequence[Asked], named: Sequence[Asked]) -> Fusion:
    """The weights under which sentences find their pictures best, and of those that are as good as the best, the ones
    that serve words and phrases best. No side alone finds more of the sentences' pictures among the first ten."""
    ranks = np.array([_ranks(one, _WEIGHTS) for one in sentences])  # (q, w)
    alone = np.array([_ranks(one, np.eye(3)) for one in sentences])  # (q, 3)
    found = (ranks <= _FIRST).mean(axis=0)
    able = found >= min((alone <= _FIRST).mean(axis=0).max(), found.max())
    reciprocal = (1 / ranks).mean(axis=0)
    able &= reciprocal >= reciprocal[able].max() - _AS_GOOD
    # Without words and phrases: the nearest to the fallback.
    precisions = [_precisions(one) for one in named if one.matches.any()]
    precision = np.mean(precisions or [-np.abs(_WEIGHTS - _as_array(FALLBACK)).sum(axis=1)], axis=0)
    image, caption, words = _WEIGHTS[np.argmax(np.where(able, precision, -np.inf))].tolist()
    return Fusion(image, caption, words)


def _ranks(one: Asked, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Under each of `(w, 3)` weights the rank of a query's first match, from 1; ties count against it."""
    scores = one.sides @ weights.T  # (c, w)
    best = scores[one.matches].max(axis=0)
    ahead: NDArray[np.int64] = (scores[~one.matches] >= best).sum(axis=0)
    return 1 + ahead


def _precisions(one: Asked) -> NDArray[np.float64]:
    """Under each of the weights the average precision of a query, `(w,)`."""
    scores = one.sides @ _WEIGHTS.T
    order = np.argsort(-scores, axis=0, kind="stable")
    right = one.matches[order]
    among = np.cumsum(one.weighs[order], axis=0)
    mean: NDArray[np.float64] = np.where(right, np.cumsum(right, axis=0) / among, 0).sum(axis=0) / one.matches.sum()
    return mean


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
