"""Data sets from the web: fetched in pieces that survive any interruption, checked, unpacked with care."""

from core.download.catalog import SPLITS
from core.download.coco import Downloaded, download_coco
from core.download.patience import Patience
from core.download.webfile import WebFile

__all__ = ["SPLITS", "Downloaded", "Patience", "WebFile", "download_coco"]
