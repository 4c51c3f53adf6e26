"""Data sets from the web: fetched in pieces that survive any interruption, checked, unpacked with care."""

from core.download.catalog import SPLITS
from core.download.coco import CocoPlan, Downloaded, download_coco, plan_coco
from core.download.patience import Patience
from core.download.room import free as free_bytes
from core.download.unpacking import UNREADABLE, opened_zip, unpack
from core.download.webfile import WebFile

__all__ = [
    "SPLITS",
    "UNREADABLE",
    "CocoPlan",
    "Downloaded",
    "Patience",
    "WebFile",
    "download_coco",
    "free_bytes",
    "opened_zip",
    "plan_coco",
    "unpack",
]
