"""A query vector to ranked pictures or captions: by image vectors, by captions, by both or by things, within filters.

Scores are cosine similarities, or means of them and the like: higher is better. Ranks start at 1. No picture appears
twice in a list of pictures.
"""

from core.relevance import fuse as fused_shares
from core.search.composing import Composed, compose
from core.search.filters import NO_FILTERS, Filters, filters_of, known_categories
from core.search.folding import Fold, alike
from core.search.hits import CaptionHit, HitPart, Ranking, SearchHit, Side
from core.search.nearest import allowed_rows, best_captions, without
from core.search.offered import (
    TEXT_RANKINGS,
    check_one_space,
    model_of,
    picture_rankings,
    query_rankings,
    text_rankings,
)
from core.search.offered import choose as choose_ranking
from core.search.ranking import FUSED_IMAGE_WEIGHT, Ranked, rank, rank_captions, rank_images
from core.search.results import SearchResult
from core.search.showing import shown, shown_subject
from core.search.things import Things, ThingsAsked, name_things
from core.search.things import ask as ask_things
from core.search.wording import NO_WORDS, Wording, wording

__all__ = [
    "FUSED_IMAGE_WEIGHT",
    "NO_FILTERS",
    "NO_WORDS",
    "TEXT_RANKINGS",
    "CaptionHit",
    "Composed",
    "Filters",
    "Fold",
    "HitPart",
    "Ranked",
    "Ranking",
    "SearchHit",
    "SearchResult",
    "Side",
    "Things",
    "ThingsAsked",
    "Wording",
    "alike",
    "allowed_rows",
    "ask_things",
    "best_captions",
    "check_one_space",
    "choose_ranking",
    "compose",
    "filters_of",
    "fused_shares",
    "known_categories",
    "model_of",
    "name_things",
    "picture_rankings",
    "query_rankings",
    "rank",
    "rank_captions",
    "rank_images",
    "shown",
    "shown_subject",
    "text_rankings",
    "without",
    "wording",
]
