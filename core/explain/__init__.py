"""Where in a picture a query found what made it match: a heat-map for each term, and its drawing.

from core import explain, finer_side
explain.explain(encoder, picture, [explain.Term("a dog", vector)])
"""

from core.explain.closer import look_closer
from core.explain.drawing import layer, overlay
from core.explain.heat import explain
from core.explain.occlusion import METHOD as COVERING
from core.explain.values import Explanation, Term, enlarge, peak

__all__ = ["COVERING", "Explanation", "Term", "enlarge", "explain", "layer", "look_closer", "overlay", "peak"]
