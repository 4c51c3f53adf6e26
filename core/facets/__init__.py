"""Which pictures: filters as one readable text, and how many pictures each value of a facet would leave.

    category:dog (license:"CC BY" or width>640) -category:person

The text is read into a tree, the tree is answered by columns of numpy arrays, and a facet is a way to write one part of
the text by choosing.
"""

from core.facets.choosing import Mode, choose, chosen
from core.facets.columns import Columns
from core.facets.counting import FACETS, Choice, Facet, FacetCounts, count
from core.facets.matching import mask
from core.facets.reading import parse
from core.facets.terms import EVERYTHING, All, AnyOf, Filter, Has, Named, Not, Range, Words
from core.facets.writing import format_filter, of_ids

__all__ = [
    "EVERYTHING",
    "FACETS",
    "All",
    "AnyOf",
    "Choice",
    "Columns",
    "Facet",
    "FacetCounts",
    "Filter",
    "Has",
    "Mode",
    "Named",
    "Not",
    "Range",
    "Words",
    "choose",
    "chosen",
    "count",
    "format_filter",
    "mask",
    "of_ids",
    "parse",
]
