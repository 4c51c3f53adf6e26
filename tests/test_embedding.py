from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import embedding, progress
from core.embedding import shards
from core.errors import Cancelled, EncoderError, NoTextSideError, SourceError, StoreWriteError
from core.records import Caption, ImageRecord
from tests.colour_encoder import ColourEncoder, vector

COUNT = 30


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(COUNT):
        Image.new("RGB", (12, 8), colour(number)).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.embedding.pictures.SHARD", 8)
    monkeypatch.setattr("core.embedding.captions.SHARD", 8)


def colour(number: int) -> tuple[int, int, int]:
    return (number * 8, 255 - number * 8, (number * 37) % 256)


def records(count: int = COUNT, captions: int = 2) -> list[ImageRecord]:
    return [
        ImageRecord(
            1000 + 3 * number,
            f"{number:02}.png",
            captions=tuple(
                Caption(10 * number + nth, f"{'red ' * (number % 5)}blue {number}") for nth in range(captions)
            ),
        )
        for number in range(count)
    ]


def test_embed_images__one_row_per_picture_in_order(root: Path, tmp_path: Path) -> None:
    encoder = ColourEncoder()
    made = embedding.embed_images(records(), root, encoder, work=tmp_path / "work", batch_size=3)
    assert made.ids.tolist() == [record.image_id for record in records()]
    np.testing.assert_allclose(made.vectors, [vector(colour(number)) for number in range(COUNT)], atol=1e-6)
    assert (made.vectors.dtype, made.ids.dtype, made.skipped, made.reused) == (np.float32, np.int64, (), 0)
    # Batches of three that never cross the end of a stretch of eight.
    assert encoder.batches == [3, 3, 2, 3, 3, 2, 3, 3, 2, 3, 3]


def test_embed_images__a_bad_picture_costs_only_itself(root: Path, tmp_path: Path) -> None:
    (root / "04.png").write_bytes(b"not a picture")
    (root / "05.png").unlink()
    unsafe = ImageRecord(1, "../elsewhere.png")
    made = embedding.embed_images([unsafe, *records()], root, ColourEncoder(), work=tmp_path / "work")
    assert [(one.image_id, one.file_name) for one in made.skipped] == [
        (1, "../elsewhere.png"),
        (1012, "04.png"),
        (1015, "05.png"),
    ]
    assert "known format" in made.skipped[1].reason
    assert len(made) == COUNT - 2
    np.testing.assert_allclose(made.vectors[4], vector(colour(6)), atol=1e-6)


def test_embed_images__raises_only_when_every_picture_failed(root: Path, tmp_path: Path) -> None:
    for path in root.iterdir():
        path.write_bytes(b"")
    with pytest.raises(SourceError, match=r"none of the 3 pictures .* the first: 00\.png"):
        embedding.embed_images(records(3), root, ColourEncoder(), work=tmp_path / "work")
    assert len(embedding.embed_images([], root, ColourEncoder(), work=tmp_path / "work")) == 0


def test_embed_images__goes_on_after_an_interruption_and_gives_the_same_bits(root: Path, tmp_path: Path) -> None:
    whole = embedding.embed_images(records(), root, ColourEncoder(), work=tmp_path / "one", batch_size=3)

    def stop(moment: progress.Progress) -> None:
        if moment.done >= 20:
            raise Cancelled

    with pytest.raises(Cancelled):
        embedding.embed_images(records(), root, ColourEncoder(), work=tmp_path / "two", report=stop, batch_size=3)
    encoder = ColourEncoder()
    seen: list[progress.Progress] = []
    resumed = embedding.embed_images(records(), root, encoder, work=tmp_path / "two", report=seen.append, batch_size=3)
    assert (resumed.reused, encoder.pictures_seen) == (16, COUNT - 16)
    assert (seen[0].done, seen[-1].done, seen[-1].total) == (16, COUNT, COUNT)
    np.testing.assert_array_equal(resumed.ids, whole.ids)
    assert resumed.vectors.tobytes() == whole.vectors.tobytes()


@pytest.mark.parametrize("change", ["picture", "encoder", "batch", "record", "damage", "noise"])
def test_embed_images__never_takes_a_part_of_other_inputs(root: Path, tmp_path: Path, change: str) -> None:
    work = tmp_path / "work"
    embedding.embed_images(records(), root, ColourEncoder(), work=work, batch_size=4)
    listed, encoder, batch = records(), ColourEncoder(), 4
    kept = sorted(work.glob("*.npz"), key=lambda path: path.stat().st_mtime_ns)
    if change == "picture":
        Image.new("RGB", (13, 8), "white").save(root / "01.png")
    elif change == "encoder":
        encoder = ColourEncoder(weights="others")
    elif change == "batch":
        batch = 5
    elif change == "record":
        listed[3] = ImageRecord(7, "03.png")
    elif change == "damage":
        data = bytearray(kept[0].read_bytes())
        data[len(data) // 2] ^= 1
        kept[0].write_bytes(data)
    else:
        kept[0].write_bytes(b"noise")
    made = embedding.embed_images(listed, root, encoder, work=work, batch_size=batch)
    assert made.reused == (0 if change in ("encoder", "batch") else COUNT - 8)
    assert len(list(work.glob("pictures-*"))) == 4  # what no longer fits is gone
    white = vector((255, 255, 255)) if change == "picture" else vector(colour(1))
    np.testing.assert_allclose(made.vectors[1], white, atol=1e-6)


def test_embed_images__keeps_what_was_skipped_through_an_interruption(root: Path, tmp_path: Path) -> None:
    (root / "02.png").write_bytes(b"")
    first = embedding.embed_images(records(), root, ColourEncoder(), work=tmp_path / "work")
    again = embedding.embed_images(records(), root, ColourEncoder(), work=tmp_path / "work")
    assert again.skipped == first.skipped
    assert again.reused == COUNT


def test_embed_captions__one_row_per_caption_in_order(tmp_path: Path) -> None:
    encoder = ColourEncoder()
    made = embedding.embed_captions(records(), encoder, work=tmp_path / "work", batch_size=3)
    spoken = [caption for record in records() for caption in record.captions]
    assert made.ids.tolist() == [caption.caption_id for caption in spoken]
    expected = ColourEncoder().encode_texts([caption.text for caption in spoken])
    np.testing.assert_array_equal(made.vectors, expected)
    again = ColourEncoder()
    assert embedding.embed_captions(records(), again, work=tmp_path / "work", batch_size=3).reused == 2 * COUNT
    assert again.texts_seen == 0


def test_embed_captions__without_captions_asks_nothing_of_the_encoder(tmp_path: Path) -> None:
    encoder = Speechless()
    assert embedding.embed_captions(records(3, captions=0), encoder, work=tmp_path).vectors.shape == (0, 4)
    with pytest.raises(NoTextSideError):
        embedding.embed_captions(records(3), encoder, work=tmp_path)


class Speechless(ColourEncoder):
    def encode_texts(self, texts: object) -> np.ndarray:
        raise NoTextSideError("pictures only")


class Careless(ColourEncoder):
    """Breaks the contract in the way its `fault` says."""

    fault = ""

    def encode_images(self, images: object) -> np.ndarray:
        rows = super().encode_images(images)  # type: ignore[arg-type]
        return {
            "double": rows.astype(np.float64),
            "long": rows * 2,
            "nan": rows * np.nan,
            "few": rows[:-1],
        }[self.fault]


@pytest.mark.parametrize(
    ("fault", "message"),
    [("double", "float64"), ("long", "unit length"), ("nan", "unit length"), ("few", r"expected float32 \(3, 4\)")],
)
def test_embed_images__refuses_an_encoder_that_breaks_its_contract(
    root: Path, tmp_path: Path, fault: str, message: str
) -> None:
    encoder = Careless()
    encoder.fault = fault
    with pytest.raises(EncoderError, match=message):
        embedding.embed_images(records(3), root, encoder, work=tmp_path / "work")


def test_save__says_where_it_cannot_write(root: Path, tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file in the way")
    with pytest.raises(StoreWriteError, match=r"work: what is encoded so far cannot be kept"):
        embedding.embed_images(records(3), root, ColourEncoder(), work=tmp_path / "work")


def test_load__reads_nothing_pickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", ids=np.array([object()]), vectors=np.zeros((1, 4)), skipped=np.zeros(1, np.uint8))
    assert shards.load(tmp_path, "x") is None
