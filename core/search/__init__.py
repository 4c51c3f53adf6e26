"""A query vector to ranked pictures or captions: by image vectors, by captions or by both, within filters.

Scores are cosine similarities: higher is better. Ranks start at 1. No picture appears twice in a list of pictures.
"""

from core.search.composing import Composed, compose
from core.search.filters import NO_FILTERS, Filters, known_categories
from core.search.hits import CaptionHit, HitPart, Ranking, SearchHit, Side
from core.search.offered import check_one_space, picture_rankings, query_rankings, text_rankings
from core.search.offered import choose as choose_ranking
from core.search.ranking import FUSED_IMAGE_WEIGHT, best_captions, fused_shares, rank_captions, rank_images
from core.search.results import SearchResult

__all__ = [
    "FUSED_IMAGE_WEIGHT",
    "NO_FILTERS",
    "CaptionHit",
    "Composed",
    "Filters",
    "HitPart",
    "Ranking",
    "SearchHit",
    "SearchResult",
    "Side",
    "best_captions",
    "check_one_space",
    "choose_ranking",
    "compose",
    "fused_shares",
    "known_categories",
    "picture_rankings",
    "query_rankings",
    "rank_captions",
    "rank_images",
    "text_rankings",
]
