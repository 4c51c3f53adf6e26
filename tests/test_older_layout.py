"""The older two-folder layout: imported with its own model, refused with another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from core import cli, encoder, index, older_layout, store
from core.errors import SourceError, StoreCorruptError, StoreMisfitError
from tests import colour_encoder
from tests.colour_encoder import ColourEncoder

SPOKEN = ((42, "red", "a red bus"), (7, "blue", "blue sea"), (42, "red", "red again"), (9, "green", "green field"))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    root = tmp_path / "pictures"
    root.mkdir()
    for image_id, colour, _ in SPOKEN:
        colour_encoder.picture(colour).save(root / f"{image_id:012}.jpg")
    return root


def older(folder: Path, scale: float = 3.0, kind: Any = faiss.IndexFlatL2, **more: Any) -> Path:
    """As the older program wrote it: one picture vector per caption, of any length, in an L2 index."""
    model = ColourEncoder()
    vectors = {
        "images": model.encode_images([colour_encoder.picture(colour) for _, colour, _ in SPOKEN]),
        "text": model.encode_texts([text for _, _, text in SPOKEN]),
    }
    entries = [{"image_id": image_id, "caption": text, **more} for image_id, _, text in SPOKEN]
    for part, rows in vectors.items():
        (folder / part).mkdir(parents=True, exist_ok=True)
        made = kind(rows.shape[1])
        made.add(np.ascontiguousarray(rows * scale))
        faiss.write_index(made, str(folder / part / "vectors.index"))
        (folder / part / "metadata.json").write_text(json.dumps(entries), encoding="utf-8")
    return folder


def imported(folder: Path, pictures: Path, db: Path, **more: Any) -> older_layout.Imported:
    given = more.pop("encoder", ColourEncoder())
    return older_layout.import_older(folder, "old", pictures, model="mean-colour", db=db, encoder=given, **more)


@pytest.mark.parametrize("kind", [faiss.IndexFlatL2, faiss.IndexFlatIP, lambda dim: faiss.IndexHNSWFlat(dim, 4)])
def test_import_older__pictures_once_captions_all(tmp_path: Path, pictures: Path, kind: Any) -> None:
    done = imported(older(tmp_path / "older", kind=kind), pictures, tmp_path / "clip_db")
    assert (done.images, done.captions, done.vectors, done.missing) == (3, 4, 4, 0)
    assert done.text_cosine == pytest.approx(1, abs=1e-5)
    assert done.picture_cosine == pytest.approx(1, abs=1e-3)
    opened = store.open_store(tmp_path / "clip_db" / "old")
    assert [(one.image_id, one.file_name) for one in opened.records] == [
        (number, f"{number:012}.jpg") for number in (7, 9, 42)
    ]
    assert [[caption.text for caption in one.captions] for one in opened.records] == [
        ["blue sea"],
        ["green field"],
        ["a red bus", "red again"],
    ]
    model = ColourEncoder()
    assert np.allclose(
        opened.caption_index.vectors(), model.encode_texts([one.text for one in opened.captions]), atol=1e-3
    )
    nearest = opened.image_index.search(model.encode_texts(["red"]), 1).rows[0, 0]
    assert opened.records[nearest].image_id == 42
    assert store.verify_store(tmp_path / "clip_db" / "old").ok


class Other(ColourEncoder):
    """Of the same width and name, with other weights."""

    def encode_texts(self, texts: Any) -> Any:
        return np.roll(super().encode_texts(texts), 1, axis=1)


class OtherPictures(ColourEncoder):
    def encode_images(self, images: Any) -> Any:
        return np.roll(super().encode_images(images), 1, axis=1)


@pytest.mark.parametrize(("given", "what"), [(Other(), "captions"), (OtherPictures(), "pictures")])
def test_import_older__another_model_is_refused(tmp_path: Path, pictures: Path, given: Any, what: str) -> None:
    with pytest.raises(StoreMisfitError, match=f"was not built with mean-colour .*its {what}, encoded again"):
        imported(older(tmp_path / "older"), pictures, tmp_path / "clip_db", encoder=given)
    assert not (tmp_path / "clip_db").exists()


def test_import_older__another_width_is_refused(tmp_path: Path, pictures: Path) -> None:
    folder = older(tmp_path / "older")
    made = faiss.IndexFlatIP(5)
    made.add(np.ones((4, 5), np.float32))
    for part in ("images", "text"):
        faiss.write_index(made, str(folder / part / "vectors.index"))
    with pytest.raises(StoreMisfitError, match="have width 5, those of mean-colour"):
        imported(folder, pictures, tmp_path / "clip_db")


def test_import_older__without_picture_files(tmp_path: Path) -> None:
    done = imported(older(tmp_path / "older", file_name="/home/else/7.jpg"), tmp_path / "gone", tmp_path / "clip_db")
    assert (done.picture_cosine, done.missing) == (None, 3)
    assert store.open_store(tmp_path / "clip_db" / "old").records[0].file_name == "7.jpg"


def test_import_older__captions_file_names_them(tmp_path: Path, pictures: Path) -> None:
    (pictures / "000000000007.jpg").rename(pictures / "seven.jpg")
    listed = [{"id": 7, "file_name": "seven.jpg", "coco_url": "http://a/7", "license": 4}]
    told = {"images": listed, "annotations": [], "licenses": [{"id": 4, "name": "CC BY"}]}
    (tmp_path / "c.json").write_text(json.dumps(told), encoding="utf-8")
    imported(older(tmp_path / "older"), pictures, tmp_path / "clip_db", captions=tmp_path / "c.json")
    opened = store.open_store(tmp_path / "clip_db" / "old")
    assert (opened.records[0].file_name, opened.records[0].coco_url, opened.records[0].license) == (
        "seven.jpg",
        "http://a/7",
        4,
    )


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\Users\\x\\7.jpg", "a\0.jpg", "..", "file:///etc/passwd"])
def test_import_older__hostile_names_and_addresses(tmp_path: Path, pictures: Path, name: str) -> None:
    folder = older(tmp_path / "older", file_name=name, coco_url="javascript:alert(1)")
    imported(folder, pictures, tmp_path / "clip_db")
    opened = store.open_store(tmp_path / "clip_db" / "old")
    for record in opened.records:
        assert opened.picture_path(record).is_relative_to(pictures.resolve())
        assert record.coco_url == ""


def test_import_older__damage_is_named(tmp_path: Path, pictures: Path) -> None:
    folder = older(tmp_path / "older")

    def refused(match: str, kind: type[Exception] = SourceError) -> None:
        with pytest.raises(kind, match=match):
            imported(folder, pictures, tmp_path / "clip_db")

    whole = (folder / "text" / "metadata.json").read_text(encoding="utf-8")
    for text, match in (
        ("[]", "0 entries"),
        ("{", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ('{"a": 1}', "other keys"),
        ("[1, 2, 3, 4]", "list of objects"),
        (whole.replace('"a red bus"', "5"), r"\[0\].caption"),
        (whole.replace("42", '"42"'), r"\[0\].image_id"),
        (whole.replace("42", "43"), "picture 43 has captions and no vector"),
    ):
        (folder / "text" / "metadata.json").write_text(text, encoding="utf-8")
        refused(match)
    (folder / "text" / "metadata.json").write_text(whole, encoding="utf-8")
    (folder / "images" / "metadata.json").write_text(whole.replace("7", "42"), encoding="utf-8")
    refused("do not belong together")
    (folder / "images" / "metadata.json").unlink()
    refused("no images/metadata.json")
    (folder / "images" / "metadata.json").write_text(whole, encoding="utf-8")
    body = (folder / "images" / "vectors.index").read_bytes()
    for cut in (0, 3, 20, len(body) - 1):
        (folder / "images" / "vectors.index").write_bytes(body[:cut])
        refused("not a readable vector index", StoreCorruptError)
    other = faiss.IndexLSH(4, 8)
    other.add(np.ones((4, 4), np.float32))
    faiss.write_index(other, str(folder / "images" / "vectors.index"))
    refused("IndexLSH; only an index of whole vectors", StoreCorruptError)
    zeros = faiss.IndexFlatIP(4)
    zeros.add(np.zeros((4, 4), np.float32))
    faiss.write_index(zeros, str(folder / "images" / "vectors.index"))
    refused("vector 0 is zero")
    assert index.read_flat(folder / "images" / "vectors.index").shape == (4, 4)


def test_command__asks_for_the_model_and_says_how_it_was_recognised(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = older(tmp_path / "older")
    words = ["import", str(folder), "old", "--images", str(pictures), "--db", str(tmp_path / "clip_db")]
    with pytest.raises(SystemExit):
        cli.main(words)
    assert "--model" in capsys.readouterr().err
    monkeypatch.setattr(encoder, "load_encoder", lambda *_, **__: ColourEncoder())
    assert cli.main([*words, "--model", "mean-colour"]) == 0
    out = capsys.readouterr().out
    assert "The model fits: encoded again, the cosine of captions is 1.000 and of pictures 1.000" in out
    assert "old: 3 pictures, 4 captions" in out
    monkeypatch.setattr(encoder, "load_encoder", lambda *_, **__: Other())
    assert cli.main([*words, "--model", "mean-colour"]) == 2
    assert "was not built with" in capsys.readouterr().err
