"""Where in a picture a query found what made it match: a heat-map for each term, and its drawing.

from core import explain, finer_side
explain.explain(encoder, picture, [explain.Term("a dog", vector)])
"""

from core.explain.drawing import overlay
from core.explain.heat import explain, finer_side
from core.explain.values import Explanation, Term, enlarge, peak

__all__ = ["Explanation", "Term", "enlarge", "explain", "finer_side", "overlay", "peak"]
