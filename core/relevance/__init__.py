"""How probable it is that a picture matches: scores of a query over a whole collection to probabilities, and the cut.

What a score says differs by encoder, by ranking and by query, so the mapping is fitted when a collection is built, from
its own captions: each belongs to one picture and to no other. Where there are none to learn from, the scores' own
distribution gives an estimate.
"""

from core.relevance.asked import Material
from core.relevance.cut import Band, Cut, band, place
from core.relevance.estimate import Estimate, estimate
from core.relevance.fitting import fit
from core.relevance.fusion import FALLBACK, Fusion, fuse
from core.relevance.values import Line, Relevance, from_bytes, to_bytes

__all__ = [
    "FALLBACK",
    "Band",
    "Cut",
    "Estimate",
    "Fusion",
    "Line",
    "Material",
    "Relevance",
    "band",
    "estimate",
    "fit",
    "from_bytes",
    "fuse",
    "place",
    "to_bytes",
]
