"""One open collection: the store, its models and every question that can be asked of them.

from core import open_collection
open_collection("demo").search("a dog running on the beach", k=5)
"""

from core.collection.opened import DEFAULT_K, Collection, FilterWords
from core.collection.opening import list_collections, open_collection

__all__ = ["DEFAULT_K", "Collection", "FilterWords", "list_collections", "open_collection"]
