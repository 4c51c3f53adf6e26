from __future__ import annotations

import csv
import io
import json

from core import export
from tests.export.test_coco import LISTED, NOW, RECORDS


def test_csv_text__one_line_per_picture_and_no_formulas() -> None:
    hostile = export.Listed("home", RECORDS, found_by={7: "=HYPERLINK(1)"})
    first, second, third = csv.DictReader(io.StringIO(export.csv_text(hostile)))
    assert (first["image_id"], second["image_id"], third["image_id"]) == ("3", "7", "9")
    assert first["captions"] == 'A dog | =1+1 "quoted" é'
    assert (first["categories"], first["objects"]) == ("dog, person", "3")
    assert second["found_by"] == "'=HYPERLINK(1)"


def test_csv_text__licence_and_attribution() -> None:
    first, second, _ = csv.DictReader(io.StringIO(export.csv_text(LISTED)))
    assert (first["license"], first["license_name"], first["license_url"]) == ("4", "CC BY", "https://cc.example/by")
    assert second["license_name"] == ""
    assert second["attribution"] == "7.png, licence unknown"
    assert "found_by" not in export.csv_text(export.Listed("home", RECORDS)).splitlines()[0]


def test_json_text__says_what_was_asked_when() -> None:
    told = json.loads(export.json_text(export.Listed("home", RECORDS, asked="category:dog"), NOW))
    assert (told["collection"], told["asked"]) == ("home", "category:dog")
    assert told["time"] == "2026-01-02T03:04:05+00:00"
    assert told["pictures"][0]["objects"][2] == {"category": "person", "x": 5, "y": 5, "width": 1, "height": 7}
    assert [one["image_id"] for one in told["pictures"]] == [3, 7, 9]
