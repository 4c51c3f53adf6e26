"""Where in a picture a query found what made it match: a heat-map for each term, and its drawing.

from core import explain
explain.explain(encoder, picture, [explain.Term("a dog", vector)])
"""

from core.explain.heat import explain
from core.explain.overlay import overlay
from core.explain.values import Explanation, Term, enlarge, peak

__all__ = ["Explanation", "Term", "enlarge", "explain", "overlay", "peak"]
