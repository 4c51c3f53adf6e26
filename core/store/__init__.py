"""`clip_db/<collection>/` on disk: written whole, opened with checks, listed, verified, renamed,
deleted."""

from core.store.deleting import delete_store, forget_unfinished
from core.store.layout import FILES, MANIFEST, check_name, forget_work, work_folder
from core.store.listing import StoreSummary, list_stores
from core.store.locking import held
from core.store.manifest import FORMAT_VERSION, FileSum, Header, Manifest, Source, TextEncoder
from core.store.misfit import check_fits, check_text_fits, rebuild_command
from core.store.opened import Store
from core.store.places import resolved as resolved_path
from core.store.places import stored as stored_path
from core.store.plans import Plan, Unfinished, note_plan, unfinished
from core.store.reading import open_store, read_manifest
from core.store.renaming import rename_store
from core.store.uploads import new_upload, release_upload, upload_of, uploads_folder
from core.store.usage import DiskUsage, disk_usage
from core.store.verify import VerifyReport, verify_store
from core.store.writing import write_store

__all__ = [
    "FILES",
    "FORMAT_VERSION",
    "MANIFEST",
    "DiskUsage",
    "FileSum",
    "Header",
    "Manifest",
    "Plan",
    "Source",
    "Store",
    "StoreSummary",
    "TextEncoder",
    "Unfinished",
    "VerifyReport",
    "check_fits",
    "check_name",
    "check_text_fits",
    "delete_store",
    "disk_usage",
    "forget_unfinished",
    "forget_work",
    "held",
    "list_stores",
    "new_upload",
    "note_plan",
    "open_store",
    "read_manifest",
    "rebuild_command",
    "release_upload",
    "rename_store",
    "resolved_path",
    "stored_path",
    "unfinished",
    "upload_of",
    "uploads_folder",
    "verify_store",
    "work_folder",
    "write_store",
]
