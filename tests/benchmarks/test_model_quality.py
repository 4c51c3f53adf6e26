"""The table of targets against measured figures, on a few coloured pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import model_quality
from core import encoder
from tests import colour_encoder, tiny_checkpoint

PARTS_WITHOUT_TIMING = [part for part in model_quality.PARTS if part != "limits"]
RECIPE = """
[[source]]
name = "photos"
kind = "labels"
leave_out = ["red", "blue"]
[[phase]]
kind = "contrast"
epochs = 1
sources = ["photos"]
"""


def write_coco_layout(pictures: Path, captions: Path, entries: list[tuple[str, str]], instances: str = "") -> None:
    """One picture per (colour, caption); `instances` names a file in which the colour is the category."""
    pictures.mkdir(parents=True, exist_ok=True)
    captions.parent.mkdir(parents=True, exist_ok=True)
    listed: dict[str, list[dict[str, Any]]] = {"images": [], "annotations": []}
    colours = sorted({colour for colour, _ in entries})
    boxes = []
    for number, (colour, caption) in enumerate(entries, start=1):
        colour_encoder.picture(colour).save(pictures / f"{number}.png")
        listed["images"].append({"id": number, "file_name": f"{number}.png"})
        listed["annotations"].append({"id": number, "image_id": number, "caption": caption})
        category = colours.index(colour) + 1
        boxes.append({"id": number, "image_id": number, "category_id": category, "bbox": [0, 0, 4, 4]})
    captions.write_text(json.dumps(listed), encoding="utf-8")
    if instances:
        categories = [{"id": number, "name": name} for number, name in enumerate(colours, start=1)]
        made = {"images": listed["images"], "annotations": boxes, "categories": categories}
        (captions.parent / instances).write_text(json.dumps(made), encoding="utf-8")


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The layout of the shared data and of the demo, with a picture or two in each, and the colour encoder."""
    folder = tmp_path / "data"
    entries = [("red", "red"), ("green", "a green thing"), ("blue", "red")]
    write_coco_layout(folder / "flickr8k/dev", folder / "flickr8k/annotations/captions_dev.json", entries)
    write_coco_layout(folder / "coco/val2017", folder / "coco/annotations/captions_val2017.json", entries)
    for colour in ("red", "blue", "green"):
        (folder / "caltech101" / colour).mkdir(parents=True)
        for number in range(3):
            colour_encoder.picture(colour).save(folder / "caltech101" / colour / f"{number}.png")
    demo = tmp_path / "demo"
    scenes = [("red", "red")] * 5 + [("green", "green")] * 3 + [("blue", "blue")]
    write_coco_layout(demo, demo / "annotations/captions_demo.json", scenes, "instances_demo.json")
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    monkeypatch.setattr(model_quality, "DEMO", demo)
    monkeypatch.setattr(model_quality, "SCENES", 2)
    monkeypatch.setattr(encoder, "load_encoder", lambda *_, **__: colour_encoder.ColourEncoder())
    return folder


def run(shared: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """The exit code and what --json wrote."""
    target = shared.parent / "figures.json"
    code = model_quality.main(
        ["--shared", str(shared), "--recipe", str(shared.parent / "recipe.toml"), "--json", str(target), *more]
    )
    return code, json.loads(target.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("target", "measured", "expected"),
    [
        (model_quality.Target(25, 45), 24.99, "below the floor"),
        (model_quality.Target(25, 45), 25, "floor reached"),
        (model_quality.Target(25, 45), 45, "goal reached"),
        (model_quality.Target(95), 100, "floor reached"),
        (model_quality.Target(40, at_most=True), 40, "within the limit"),
        (model_quality.Target(40, at_most=True), 40.1, "over the limit"),
    ],
)
def test_verdict__against_floor_goal_and_limit(target: model_quality.Target, measured: float, expected: str) -> None:
    assert target.verdict(measured) == expected


def test_main__measures_every_part(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, made = run(shared, "--only", *PARTS_WITHOUT_TIMING)
    assert code == 0
    figures = {(figure["part"], figure["what"]): figure for figure in made["figures"]}
    # Two captions say "red" and one of them belongs to the blue picture.
    assert figures["dev", "text to picture, R@1 %"]["measured"] == pytest.approx(66.67)
    assert figures["coco", "text to picture, R@10 %"]["verdict"] == "goal reached"
    # Two others of its class, then seven that are not (all) of it: 2 of 8, or 2 of 5 among the held-out six.
    assert figures["caltech", "P@10 among all classes"]["measured"] == pytest.approx(2 / 8)
    assert figures["caltech", "P@10 among the 2 held out"]["measured"] == pytest.approx(2 / 5)
    # Five of five red scenes and one of five blue ones; two photos are said to be red, and green is named once.
    by_image = {"blue": 0.2, "red": 1, "green": 0.6}
    # What has one colour here also shows the same things.
    by_things = {f"{name}, by things": share for name, share in by_image.items()}
    assert {row["name"]: row["precision"] for row in made["rows"]["drawing"]} == pytest.approx(by_image | by_things)
    for what in ("P@5", "P@5 by things"):
        assert figures["drawing", what]["measured"] == pytest.approx(0.6)
    assert [row["name"] for row in made["rows"]["short"]] == ["red", "green", "blue"]
    assert figures["short", "P@5"]["chance"] == pytest.approx(1 / 3)
    missing = {key for key in model_quality.TARGETS if key[0] != "limits"} - figures.keys()
    assert not missing, "a target that no part measures"
    shown = capsys.readouterr().out
    assert "0.600   0.333  goal reached" in shown
    assert f"{'drawing':{len('green, by things')}}  queries" in shown


def test_main__a_part_without_its_data_is_named(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in (shared / "coco" / "val2017").iterdir():
        file.unlink()
    (shared / "coco" / "val2017").rmdir()
    code, made = run(shared, "--only", "coco", "demo")
    assert code == 1
    assert {figure["part"] for figure in made["figures"]} == {"demo"}
    assert str(shared / "coco" / "val2017") in made["failed"]["coco"]
    assert "coco could not be measured: picture folder" in capsys.readouterr().err


def test_main__no_part_can_be_measured(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, made = run(shared, "--shared", str(shared / "nowhere"), "--only", "dev")
    assert (code, made["figures"]) == (2, [])
    assert "dev could not be measured" in capsys.readouterr().err


def test_main__recipe_that_leaves_nothing_out(shared: Path) -> None:
    (shared.parent / "recipe.toml").write_text(RECIPE.replace('["red", "blue"]', "[]"), encoding="utf-8")
    code, made = run(shared, "--only", "caltech")
    assert code == 2
    assert "leaves no class out" in made["failed"]["caltech"]


def test_main__folder_of_the_json_file_is_checked_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        model_quality.main(["--json", str(tmp_path / "nowhere" / "figures.json")])
    assert "nowhere" in capsys.readouterr().err


def test_limits__size_and_medians_of_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_quality, "THREADS", (1,))  # each takes a process that loads torch
    folder = tiny_checkpoint.write(tmp_path / "tiny")
    target = tmp_path / "figures.json"
    assert model_quality.main(["--model", str(folder), "--only", "limits", "--json", str(target)]) == 0
    figures = {figure["what"]: figure for figure in json.loads(target.read_text(encoding="utf-8"))["figures"]}
    assert sorted(figures) == ["one picture, 1 thread, ms", "one query, 1 thread, ms", "weights, MB"]
    assert {("limits", what) for what in figures} <= model_quality.TARGETS.keys()
    size = (folder / "open_clip_model.safetensors").stat().st_size
    assert figures["weights, MB"]["measured"] == pytest.approx(size / 1e6)
    assert all(figure["measured"] > 0 for figure in figures.values())


def test_main__missing_checkpoint_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert model_quality.main(["--model", f"local-dir:{tmp_path / 'none'}", "--only", "limits"]) == 2
    assert f"error: the model folder {tmp_path / 'none'} does not exist" in capsys.readouterr().err
