"""Coco Lens: search, browse and understand a collection of captioned pictures.

    from core import open_collection
    open_collection("demo").search("a dog running on the beach", k=5)

Importing this package loads nothing heavy: each name below is fetched at its first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.build import add_to_collection, build_collection, remove_from_collection
    from core.collection import Collection, open_collection
    from core.dataset import load_records
    from core.encoder import available_models, load_encoder
    from core.evaluation import evaluate_store

__version__ = "0.1.0"

_HOME = {
    "Collection": "core.collection",
    "add_to_collection": "core.build",
    "available_models": "core.encoder",
    "build_collection": "core.build",
    "evaluate_store": "core.evaluation",
    "load_encoder": "core.encoder",
    "load_records": "core.dataset",
    "open_collection": "core.collection",
    "remove_from_collection": "core.build",
}

__all__ = [
    "Collection",
    "add_to_collection",
    "available_models",
    "build_collection",
    "evaluate_store",
    "load_encoder",
    "load_records",
    "open_collection",
    "remove_from_collection",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'core' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
