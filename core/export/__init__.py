"""A list of pictures as files to take away: CSV, JSON, and COCO's own layout, each with licence and attribution."""

from core.export.coco import captions_json, instances_json
from core.export.listed import Listed
from core.export.tables import csv_text, json_text, rows

__all__ = ["Listed", "captions_json", "csv_text", "instances_json", "json_text", "rows"]
