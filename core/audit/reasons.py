"""Why a collection cannot have a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.audit.findings import Kind

if TYPE_CHECKING:
    from core.store import Store


def why_not(store: Store, kind: Kind) -> str:
    """Why a collection has no such list, in a sentence; empty where it has one."""
    if kind is Kind.CAPTIONS and not store.caption_index.count:
        return f"{no_captions(store)} So no caption can be compared with a picture."
    if kind is Kind.UNFOUND:
        if not store.caption_index.count:
            return f"{no_captions(store)} So nothing can be asked with them."
        if not store.one_space:
            return (
                f"Pictures and captions were encoded by two models ({store.manifest.encoder.model} reads no text), so "
                "a caption cannot be compared with a picture."
            )
    return ""


def no_captions(store: Store) -> str:
    """Whether there are none, or none that a model has read; a sentence."""
    spoken = any(record.captions for record in store.records)
    return "No model has read the captions of this collection." if spoken else "This collection has no captions."
