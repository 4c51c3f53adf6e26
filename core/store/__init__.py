"""`clip_db/<collection>/` on disk: written whole, opened with checks, listed, verified."""

from core.store.layout import FILES, MANIFEST, check_name, forget_work, work_folder
from core.store.listing import StoreSummary, list_stores
from core.store.locking import held
from core.store.manifest import FORMAT_VERSION, FileSum, Header, Manifest, Source, TextEncoder
from core.store.misfit import check_fits, check_text_fits, rebuild_command
from core.store.opened import Store
from core.store.places import resolved as resolved_path
from core.store.places import stored as stored_path
from core.store.reading import open_store, read_manifest
from core.store.verify import VerifyReport, verify_store
from core.store.writing import write_store

__all__ = [
    "FILES",
    "FORMAT_VERSION",
    "MANIFEST",
    "FileSum",
    "Header",
    "Manifest",
    "Source",
    "Store",
    "StoreSummary",
    "TextEncoder",
    "VerifyReport",
    "check_fits",
    "check_name",
    "check_text_fits",
    "forget_work",
    "held",
    "list_stores",
    "open_store",
    "read_manifest",
    "rebuild_command",
    "resolved_path",
    "stored_path",
    "verify_store",
    "work_folder",
    "write_store",
]
