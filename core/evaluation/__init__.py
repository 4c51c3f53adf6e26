"""How good a collection's answers are: of captions, of classes, of the index, and of one model beside another.

Each figure has a stated protocol. `measuring.measure` takes what is wanted together into a run that can be kept,
compared and repeated.
"""

from core.evaluation.agreement import MOST as MOST_COMPARED
from core.evaluation.agreement import (
    Agreement,
    PairAgreement,
    Shared,
    class_table,
    neighbour_agreement,
    picture_named,
    ranks_of,
    shared_pictures,
)
from core.evaluation.captions import (
    PROTOCOL,
    CaptionQueries,
    Recall,
    RetrievalReport,
    caption_queries,
    evaluate_store,
    image_to_text_ranks,
    summary,
    true_ranks,
)
from core.evaluation.classes import ClassRetrieval, evaluate_classes
from core.evaluation.figures import (
    Difference,
    Figure,
    classes_csv,
    compare,
    figures_of,
    to_csv,
    why_not_alike,
)
from core.evaluation.index_quality import IndexQuality, evaluate_index
from core.evaluation.intervals import Interval
from core.evaluation.labels import Labels, Split, labels_of, stratified_split
from core.evaluation.measuring import PROTOCOLS, Part, Run, Settings, cannot_measure, measure
from core.evaluation.metrics import recall_at_k
from core.evaluation.published import DATA_SETS, Beside, figures_for
from core.evaluation.runs import FOLDER as RUNS_FOLDER
from core.evaluation.runs import SavedRun, list_runs, read_run, remove_run, save_run, to_text
from core.evaluation.zero_shot import CLIP_TEMPLATES, TEMPLATES, ZeroShot, evaluate_zero_shot

__all__ = [
    "CLIP_TEMPLATES",
    "DATA_SETS",
    "MOST_COMPARED",
    "PROTOCOL",
    "PROTOCOLS",
    "RUNS_FOLDER",
    "TEMPLATES",
    "Agreement",
    "Beside",
    "CaptionQueries",
    "ClassRetrieval",
    "Difference",
    "Figure",
    "IndexQuality",
    "Interval",
    "Labels",
    "PairAgreement",
    "Part",
    "Recall",
    "RetrievalReport",
    "Run",
    "SavedRun",
    "Settings",
    "Shared",
    "Split",
    "ZeroShot",
    "cannot_measure",
    "caption_queries",
    "class_table",
    "classes_csv",
    "compare",
    "evaluate_classes",
    "evaluate_index",
    "evaluate_store",
    "evaluate_zero_shot",
    "figures_for",
    "figures_of",
    "image_to_text_ranks",
    "labels_of",
    "list_runs",
    "measure",
    "neighbour_agreement",
    "picture_named",
    "ranks_of",
    "read_run",
    "recall_at_k",
    "remove_run",
    "save_run",
    "shared_pictures",
    "stratified_split",
    "summary",
    "to_csv",
    "to_text",
    "true_ranks",
    "why_not_alike",
]
