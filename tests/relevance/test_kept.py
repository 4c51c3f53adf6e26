"""What was fitted, in the store: written by a build, kept right by changes, done without where it is not there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import build, collection, errors, search, store
from core.query import parse
from core.store import layout
from tests import colour_collection, colour_encoder

COLOURS = ("red", "green", "blue", "yellow")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty pictures of four colours with two captions each."""
    root = tmp_path_factory.mktemp("source")
    pictures, captions = [], []
    for number in range(1, 61):
        colour = COLOURS[number % 4]
        tone = tuple(int(0.5 * part + 2 * (number % 9)) for part in colour_encoder.COLOURS[colour])
        colour_encoder.picture(tone, (16, 12)).save(root / f"{number:02}.png")
        pictures.append({"id": number, "file_name": f"{number:02}.png", "width": 16, "height": 12})
        captions += [
            {"id": 2 * number + nth, "image_id": number, "caption": text}
            for nth, text in enumerate((f"a {colour} thing", f"{colour} number{number % 7}"))
        ]
    (root / "captions.json").write_text(json.dumps({"images": pictures, "annotations": captions}))
    return root


@pytest.fixture
def made(source: Path, tmp_path: Path) -> Path:
    encoder = colour_encoder.ColourEncoder()
    build.build_collection("c", source, source / "captions.json", db=tmp_path / "db", encoder=encoder)
    return tmp_path / "db"


def test_build__fits_and_the_hits_say_so(made: Path) -> None:
    opened = collection.open_collection("c", made, loaded=colour_encoder.ColourEncoder())
    assert opened.store.relevance is not None
    assert store.verify_store(made / "c").problems == ()
    found = opened.search("red", 30)
    assert found.cut is not None
    assert found.cut.fitted
    assert all(hit.probability is not None and hit.band is not None for hit in found)
    said = [hit.probability for hit in found]
    assert said == sorted(said, reverse=True)  # type: ignore[type-var]
    assert {hit.record.file_name for hit in found.probable} == {f"{number:02}.png" for number in range(4, 61, 4)}
    few = opened.search("red", 3)
    assert (few.cut.hits, few.cut.pictures) == (3, found.cut.pictures)  # type: ignore[union-attr]
    assert [hit.probability for hit in few] == said[:3]
    like = opened.similar_to(4, 30)
    assert like.cut is None  # captions taught nothing of pictures, and a quarter of them is no exception


def test_build__twice_gives_the_same_file(made: Path, source: Path, tmp_path: Path) -> None:
    encoder = colour_encoder.ColourEncoder()
    build.build_collection("c", source, source / "captions.json", db=tmp_path / "other", encoder=encoder)
    assert (made / "c" / layout.RELEVANCE).read_bytes() == (tmp_path / "other" / "c" / layout.RELEVANCE).read_bytes()


def test_remove__carries_the_fit_over_and_calibrate_makes_it_anew(made: Path) -> None:
    before = (made / "c" / layout.RELEVANCE).read_bytes()
    build.remove_from_collection("c", [4, 8, 12], db=made)
    assert (made / "c" / layout.RELEVANCE).read_bytes() == before
    after = build.calibrate_collection("c", db=made, encoder=colour_encoder.ColourEncoder())
    assert after.relevance is not None
    assert (made / "c" / layout.RELEVANCE).read_bytes() != before
    assert len(after.records) == 57
    assert store.verify_store(made / "c").problems == ()


def test_calibrate__refuses_another_model(made: Path) -> None:
    with pytest.raises(errors.StoreMisfitError, match="fingerprint"):
        build.calibrate_collection("c", db=made, encoder=colour_encoder.ColourEncoder(weights="other"))


def test_open_store__a_changed_fit_is_refused(made: Path) -> None:
    path = made / "c" / layout.RELEVANCE
    path.write_bytes(path.read_bytes().replace(b'"queries": ', b'"queries": 1'))
    with pytest.raises(errors.StoreCorruptError, match=r"relevance\.json"):
        store.open_store(made / "c")


def test_open_store__without_a_fit_estimates(made: Path, tmp_path: Path) -> None:
    opened = store.open_store(colour_collection.write(tmp_path / "old"))
    assert opened.relevance is None
    vector = colour_encoder.ColourEncoder().encode_texts(["red"])[0]
    assert search.rank(opened, vector, k=3).cut is None  # five pictures have no distribution


def test_query__composed_shares_of_words_have_their_terms_sign(made: Path) -> None:
    opened = collection.open_collection("c", made, loaded=colour_encoder.ColourEncoder())
    opened.store = replace(opened.store, relevance=None)  # colours alone tell these pictures apart: words weigh nothing
    found = opened.query("3*red - number1", 60, "fused")
    words = {hit.record.image_id: [part.share for part in hit.parts if part.side == "words"] for hit in found}
    assert words[8][0] > 0  # red, and number1
    assert words[8][1] < 0
    assert words[1] == [0, pytest.approx(words[8][1])]
    for hit in found:
        assert sum(part.share for part in hit.parts) == pytest.approx(hit.score, abs=1e-6)
    asked = search.wording(opened.store, parse("3*red - number1"))
    assert asked.words == 1
    assert asked.scores is not None
    assert np.abs(asked.scores.sum(axis=0)).max() <= 1


def test_folded__the_same_picture_stands_once_and_none_is_lost(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    root = tmp_path / "pictures"
    root.mkdir()
    from PIL import Image

    for number in range(4):
        grain = Image.fromarray(chance.integers(0, 255, (6, 8, 3), np.uint8)).resize((160, 120))
        grain.save(root / f"{number}.png")
        if number < 2:
            grain.save(root / f"{number} again.jpg", quality=70)
    build.build_collection("c", root, db=tmp_path / "db", encoder=colour_encoder.ColourEncoder())
    opened = collection.open_collection("c", tmp_path / "db", loaded=colour_encoder.ColourEncoder())
    found = opened.search("red", 10)
    folds = found.folded()
    assert sorted(hit.rank for fold in folds for hit in (fold.hit, *fold.others)) == [1, 2, 3, 4, 5, 6]
    groups = {frozenset(hit.record.file_name for hit in (fold.hit, *fold.others)) for fold in folds}
    assert groups == {
        frozenset({"0.png", "0 again.jpg"}),
        frozenset({"1.png", "1 again.jpg"}),
        frozenset({"2.png"}),
        frozenset({"3.png"}),
    }
    assert all(fold.hit.rank < other.rank for fold in folds for other in fold.others)
