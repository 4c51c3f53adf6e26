from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core import build, encoder, evaluation, store
from core.encoder import timm_images
from core.ui import build_job, loaders
from tests import colour_collection, colour_encoder, tiny_backbone
from tests.ui import drawn
from tests.ui.conftest import Open

PAGE = "pages/7_Compare.py"
NAMES = ("red", "green", "blue", "yellow", "cyan", "black")


@pytest.fixture
def three(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eighteen pictures of six colours as "colours", by the colour encoder, and by two tiny backbones."""
    looking = {
        name: timm_images.load(str(tiny_backbone.write(tmp_path / name, made)), None, device="cpu")
        for name, made in (("tiny-cnn", "test_resnet"), ("tiny-vit", "test_vit"))
    }

    def load(model: str, pretrained: str | None = None, **_: object) -> encoder.Encoder:
        return looking[model] if model in looking else colour_collection.load(model, pretrained)

    monkeypatch.setattr(encoder, "load_encoder", load)
    root = tmp_path / "pictures"
    for name in NAMES:
        (root / name).mkdir(parents=True)
        for n in range(3):
            shade = tuple(min(255, value + 20 * n) for value in colour_encoder.COLOURS[name])
            colour_encoder.picture(shade, (40, 30)).save(root / name / f"{n}.png")
    for name, model in (("colours", "mean-colour"), ("by-cnn", "tiny-cnn"), ("by-vit", "tiny-vit")):
        build.build_collection(name, root, labels_from_folders=True, model=model, db=db)
    return db


def test_compare__one_collection_tells_how_to_begin(colours: Path, visit: Open) -> None:
    app = visit(PAGE)
    assert not app.exception
    assert "Encode these pictures with another model" in drawn.texts(app)
    commands = [code.value for code in app.code]
    assert len(commands) == 4
    assert "build colours-cnn-small --images" in commands[0]
    assert commands[0].endswith("--model cnn-small")
    assert commands[1].endswith("--model vit-small")
    assert "--model timm:resnet50" in commands[2]
    assert [button.label for button in app.button if button.label == "Build it"] == ["Build it"] * 4


def test_compare__a_model_is_built_at_a_click_and_then_stands_beside(
    colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looking = timm_images.load(str(tiny_backbone.write(tmp_path / "tiny", "test_resnet")), None, device="cpu")
    monkeypatch.setattr(
        encoder,
        "load_encoder",
        lambda model, *rest, **_: looking if model == "cnn-small" else colour_collection.load(model, *rest),
    )
    app = visit(PAGE)
    app.button(key="compare-build-cnn-small").click().run()
    assert not app.exception
    build_job.job().wait(60)
    loaders.stores.clear()  # the watching page does this when the job ends
    app.run()
    assert not app.exception
    assert "is ready" in app.success[0].value
    (shown,) = drawn.components(app, "compare")
    assert [column["title"] for column in shown["columns"]] == ["mean-colour", "tiny"]
    built, own = (store.open_store(colours.parent / name) for name in ("colours-cnn-small", "colours"))
    assert built.images_root == own.images_root
    assert built.manifest.title == "The colours, cnn-small"
    offered = [one.key for one in app.button if one.label == "Build it"]
    left = ("vit-small", "timm:resnet50", "timm:vit_base_patch16_224")
    assert offered == [f"compare-build-{model}" for model in left]


def test_compare__pictures_outside_the_allowed_folders_are_built_by_command(
    colours: Path, visit: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("COCO_LENS_ROOTS", str(elsewhere))
    app = visit(PAGE)
    assert not app.exception
    assert not app.error
    assert not [one for one in app.button if one.label == "Build it"]
    assert "The commands work in any case." in drawn.texts(app)
    assert len(app.code) == 4


def test_compare__columns_agreement_and_classes(three: Path, visit: Open) -> None:
    app = visit(PAGE)
    assert not app.exception
    assert not app.error
    (shown,) = drawn.components(app, "compare")
    assert [column["title"] for column in shown["columns"]] == ["mean-colour", "tiny-cnn", "tiny-vit"]
    assert [len(column["items"]) for column in shown["columns"]] == [10, 10, 10]
    ids = [{item["id"] for item in column["items"]} for column in shown["columns"]]
    for own, column in zip(ids, shown["columns"], strict=True):
        for item in column["items"]:
            assert item["others"] == sum(item["id"] in other for other in ids) - 1
            assert item["id"] in own
    frames = [frame.value for frame in app.dataframe]
    pairs = next(frame for frame in frames if "Shared neighbours" in frame.columns)
    assert len(pairs) == 3
    table = next(frame for frame in frames if "mAP" in frame.columns and "Collection" in frame.columns)
    assert table["Collection"].tolist() == ["colours", "by-cnn", "by-vit"]
    assert "the same 6 queries against the same 12 pictures" in drawn.texts(app)


def test_compare__a_picture_of_the_address_is_asked_with(three: Path, visit: Open) -> None:
    asked = evaluation.picture_named(store.open_store(three / "colours"), "black/0.png")
    app = visit(PAGE, like=str(asked.image_id))
    assert not app.exception
    (shown,) = drawn.components(app, "compare")
    assert shown["columns"][0]["items"][0]["id"].startswith("black/")
    assert all(item["id"] != "black/0.png" for column in shown["columns"] for item in column["items"])


def test_compare__an_uploaded_picture(three: Path, visit: Open) -> None:
    colour_encoder.picture("blue", (40, 30)).save(three / "query.png")
    app = visit(PAGE)
    app.file_uploader[0].upload("mine.png", (three / "query.png").read_bytes()).run()
    assert not app.exception
    (shown,) = drawn.components(app, "compare")
    assert shown["columns"][0]["items"][0]["id"].startswith("blue/")


def test_compare__chosen_collections_and_hostile_addresses(three: Path, visit: Open) -> None:
    app = visit(PAGE, **{"with": ["by-vit"]})
    (shown,) = drawn.components(app, "compare")
    assert len(shown["columns"]) == 2
    for address in ({"with": ["../x", "<b>"]}, {"like": "99999"}, {"like": "x"}):
        app = visit(PAGE, **address)
        assert not app.exception
    shutil.rmtree(three / "by-cnn")
    app = visit(PAGE, **{"with": ["by-cnn"]})
    assert not app.exception
