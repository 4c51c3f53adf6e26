"""Coco Lens: search, browse and understand a collection of captioned pictures.

    from core import display_results, open_collection
    display_results("a dog running on the beach", top_k=5)
    open_collection("demo").search("a dog running on the beach", k=5)

Importing this package loads nothing heavy: each name below is fetched at its first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.audit import audit_store
    from core.build import add_to_collection, build_collection, calibrate_collection, remove_from_collection
    from core.collection import Collection, list_collections, open_collection
    from core.dataset import load_records
    from core.download import download_coco
    from core.encoder import available_models, load_encoder
    from core.evaluation import evaluate_store, measure
    from core.notebook import display_results

__version__ = "0.1.0"

_HOME = {
    "Collection": "core.collection",
    "add_to_collection": "core.build",
    "audit_store": "core.audit",
    "available_models": "core.encoder",
    "build_collection": "core.build",
    "calibrate_collection": "core.build",
    "display_results": "core.notebook",
    "download_coco": "core.download",
    "evaluate_store": "core.evaluation",
    "list_collections": "core.collection",
    "load_encoder": "core.encoder",
    "load_records": "core.dataset",
    "measure": "core.evaluation",
    "open_collection": "core.collection",
    "remove_from_collection": "core.build",
}

__all__ = [
    "Collection",
    "add_to_collection",
    "audit_store",
    "available_models",
    "build_collection",
    "calibrate_collection",
    "display_results",
    "download_coco",
    "evaluate_store",
    "list_collections",
    "load_encoder",
    "load_records",
    "measure",
    "open_collection",
    "remove_from_collection",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'core' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
