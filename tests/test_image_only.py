"""A collection whose model encodes pictures only, from building to searching, with tiny real models on both sides."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import build, cli, collection, encoder, errors, evaluation, search, store
from core.collection import Collection
from core.encoder import checkpoints
from core.progress import Progress
from core.search import Ranking
from tests import colour_collection, colour_encoder, tiny_backbone, tiny_checkpoint
from tests.colour_encoder import COLOURS

NAMES = list(COLOURS)
SIGHT_DIM, TEXT_DIM = tiny_backbone.WIDTHS["test_resnet"], tiny_checkpoint.CONFIG["model_cfg"]["embed_dim"]


class Words:
    """Where the two models, the pictures and the captions lie."""

    def __init__(self, folder: Path) -> None:
        self.db = folder / "db"
        self.images = folder / "pictures"
        self.captions = folder / "captions.json"
        self.sight = str(tiny_backbone.write(folder / "sight"))
        self.reader = str(tiny_checkpoint.write(folder / "reader"))
        self.images.mkdir()
        for number, name in enumerate(NAMES):
            colour_encoder.picture(name, (30 + number, 20)).save(self.images / f"{name}.png")
        self.write(NAMES)

    def write(self, names: list[str]) -> None:
        """The captions file, of these colours only; their ids do not depend on which."""
        listed = [(NAMES.index(name) + 1, name) for name in names]
        said = [(number, nth, f"{name}, said {nth} times") for number, name in listed for nth in (1, 2)]
        coco = {
            "images": [{"id": number, "file_name": f"{name}.png"} for number, name in listed],
            "annotations": [
                {"id": 10 * number + nth, "image_id": number, "caption": text} for number, nth, text in said
            ],
        }
        self.captions.write_text(json.dumps(coco), encoding="utf-8")

    def build(self, name: str = "c", **more: Any) -> build.BuildReport:
        asked = {"captions": self.captions, "model": self.sight, "text_model": self.reader, "db": self.db} | more
        return build.build_collection(name, self.images, device="cpu", **asked)

    def open(self, name: str = "c") -> Collection:
        return collection.open_collection(name, self.db, device="cpu")


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Words:
    monkeypatch.setenv("COCO_LENS_CACHE", str(tmp_path / "cache"))
    return Words(tmp_path)


def test_build_collection__captions_are_read_by_the_other_model(words: Words) -> None:
    report = words.build()
    assert (report.images, report.captions) == (len(NAMES), 2 * len(NAMES))
    opened = store.open_store(report.folder)
    manifest = opened.manifest
    assert (manifest.encoder.family, manifest.model, manifest.dim) == ("timm", words.sight, SIGHT_DIM)
    assert manifest.text_encoder is not None
    assert (manifest.text_encoder.spec.family, manifest.text_encoder.model) == ("open_clip", words.reader)
    assert (opened.image_index.dim, opened.caption_index.dim) == (SIGHT_DIM, TEXT_DIM)
    assert not opened.one_space
    assert store.verify_store(report.folder).ok
    command = store.rebuild_command(manifest, report.folder)
    assert f"--model {words.sight}" in command
    assert f"--text-model {words.reader}" in command


def test_build_collection__the_bundled_model_reads_unless_told_otherwise(
    words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "BUNDLED_FOLDER", Path(words.reader))
    manifest = store.read_manifest(words.build(text_model=None).folder)
    assert manifest.text_encoder is not None
    assert (manifest.text_encoder.spec.model, manifest.text_encoder.model) == ("bundled", "bundled")
    assert "--text-model" not in store.rebuild_command(manifest, words.db / "c")
    assert words.open().search("red, said 1 times")[0].record.file_name == "red.png"


def test_build_collection__an_encoder_that_reads_needs_no_other(words: Words) -> None:
    folder = colour_collection.write(words.db)
    assert b"text_encoder" not in (folder / store.MANIFEST).read_bytes()
    assert store.open_store(folder).one_space
    with pytest.raises(errors.ConfigurationError, match=r"reads text itself.*leave it out"):
        words.build(model=words.reader)
    with pytest.raises(errors.NoTextSideError, match="sight encodes pictures only, so it cannot be the text model"):
        words.build(text_model=words.sight)
    for text_model in (None, "bundled", "none"):
        with pytest.raises(errors.ConfigurationError, match="need an architecture beside them"):
            words.build(text_model=text_model, text_pretrained="openai")
    assert not (words.db / "c").exists()


def test_build_collection__interrupted_goes_on_and_gives_the_same_bytes(
    words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.embedding.pictures.SHARD", 4)
    monkeypatch.setattr("core.embedding.captions.SHARD", 4)
    whole = words.build("c", db=words.db.parent / "one").folder

    def stop(at: Progress) -> None:
        if at.stage == "Encoding captions" and at.done >= 10:
            raise errors.Cancelled("stopped")

    with pytest.raises(errors.Cancelled):
        words.build(report=stop)
    kept = {path.name for path in (words.db / ".work" / "c").glob("captions-*.npz")}
    assert len(kept) == 2
    seen: list[int] = []

    def watch(at: Progress) -> None:
        if at.stage == "Encoding captions":
            seen.append(at.done)
            assert kept <= {path.name for path in (words.db / ".work" / "c").glob("captions-*.npz")}

    again = words.build(report=watch)
    assert again.resumed_from == len(NAMES)
    assert seen[:3] == [0, 4, 8]  # the two finished shards are not encoded again
    for file in store.FILES:
        assert (again.folder / file).read_bytes() == (whole / file).read_bytes()


def test_search__a_text_finds_captions_and_a_picture_pictures(words: Words) -> None:
    words.build()
    opened = words.open()
    assert search.text_rankings(opened.store) == (Ranking.CAPTION,)
    assert search.picture_rankings(opened.store) == (Ranking.IMAGE,)
    found = opened.search("purple, said 2 times", k=3)
    assert (found.by, found.model) == (Ranking.CAPTION, "reader")
    assert (found[0].record.file_name, found[0].caption) == ("purple.png", "purple, said 2 times")
    assert found[0].score == pytest.approx(1, abs=2e-3)
    by_picture = opened.search_image(words.images / "purple.png", k=3, by=None)
    assert (by_picture.by, by_picture.model) == (Ranking.IMAGE, "sight")
    assert (by_picture[0].record.file_name, by_picture[0].caption) == ("purple.png", "purple, said 1 times")
    assert by_picture[0].score == pytest.approx(1, abs=2e-3)
    row = opened.store.row_of(by_picture[0].record.image_id)
    assert by_picture[0].record.image_id not in [hit.record.image_id for hit in opened.similar_to(row + 1)]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda opened, _: opened.search("red", by="image"), "rank by 'caption' instead of 'image'"),
        (lambda opened, _: opened.search("red", by="fused"), "rank by 'caption' instead of 'fused'"),
        (lambda opened, _: opened.similar_to(1, by="fused"), "rank by 'image' instead of 'fused'"),
        (lambda opened, file: opened.search_image(file, by="caption"), "rank by 'image' instead of 'caption'"),
        (lambda opened, file: opened.search_image(file, text="blue"), "a text cannot be mixed into a picture"),
        (lambda opened, _: opened.similar_to(1, text="blue"), "a text cannot be mixed into a picture"),
        (lambda opened, _: opened.query("red + img:1"), "a text cannot be mixed into a picture"),
        (lambda opened, _: opened.query("img:1 - img:2", by="caption"), "rank by 'image' instead of 'caption'"),
        (lambda opened, file: opened.captions_for(file), "captions cannot be ranked by a picture"),
        (lambda opened, _: opened.captions_near(1), "captions cannot be ranked by a picture"),
    ],
)
def test_search__what_needs_one_space_is_refused(
    words: Words, ask: Callable[[Collection, Path], object], says: str
) -> None:
    words.build()
    with pytest.raises(errors.QueryError, match=f"encoded with sight, which does not read text, so {says}"):
        ask(words.open(), words.images / "red.png")


def test_query__composes_within_each_space(words: Words) -> None:
    words.build()
    opened = words.open()
    for asked, by in (("red, said 1 times - 0.5*green", Ranking.CAPTION), ("img:1 - 0.5*img:2", Ranking.IMAGE)):
        found = opened.query(asked, 4)
        assert found.by is by
        for hit in found:
            assert [(part.term, part.side) for part in hit.parts] == [(0, by.value), (1, by.value)]
            assert sum(hit.term_shares) == pytest.approx(hit.score, abs=1e-6)


def test_search__without_read_captions_says_what_to_do(words: Words) -> None:
    words.build("unread", text_model="none")
    words.build("bare", captions=None)
    unread, bare = words.open("unread"), words.open("bare")
    assert unread.store.records[0].captions
    assert store.read_manifest(words.db / "unread").text_encoder is None
    with pytest.raises(
        errors.NoTextSideError, match="its captions were not encoded; build it again: python -m core build"
    ):
        unread.search("red")
    with pytest.raises(errors.NoTextSideError, match="no captions to search instead; search by picture"):
        bare.search("red", by="image")
    for opened in (unread, bare):
        assert opened.search_image(words.images / "red.png")[0].record.file_name == "red.png"
        assert store.verify_store(opened.store.folder).ok


def test_search__changed_text_weights_are_refused_and_pictures_still_answer(words: Words) -> None:
    words.build()
    tiny_checkpoint.write(Path(words.reader), seed=1)
    opened = words.open()
    with pytest.raises(errors.StoreMisfitError, match=r"has captions encoded with open_clip reader.*--text-model"):
        opened.search("red")
    assert opened.search_image(words.images / "red.png")[0].record.file_name == "red.png"


def test_add_and_remove__keep_both_sides(words: Words) -> None:
    words.write(NAMES[:6])
    words.build()
    before = store.open_store(words.db / "c")
    words.write(NAMES)
    report = build.add_to_collection("c", captions=words.captions, db=words.db, device="cpu")
    assert (report.added, report.images, report.captions) == (4, 10, 20)
    report = build.remove_from_collection("c", ["red.png"], db=words.db)
    assert (report.images, report.captions) == (9, 18)
    after = store.open_store(words.db / "c")
    assert after.manifest.text_encoder == before.manifest.text_encoder
    assert store.verify_store(words.db / "c").ok
    np.testing.assert_array_equal(after.caption_index.vectors()[:10], before.caption_index.vectors()[2:])
    np.testing.assert_array_equal(after.image_index.vectors()[:5], before.image_index.vectors()[1:])
    assert words.open().search(f"{NAMES[9]}, said 1 times")[0].record.file_name == f"{NAMES[9]}.png"


def test_add__pictures_without_captions(words: Words) -> None:
    words.write(NAMES[:6])
    words.build()
    words.write([])
    colour_encoder.picture("red").save(words.images / "zz.png")
    data = {"images": [{"id": 99, "file_name": "zz.png"}], "annotations": []}
    words.captions.write_text(json.dumps(data), encoding="utf-8")
    report = build.add_to_collection("c", captions=words.captions, db=words.db, device="cpu")
    assert (report.added, report.captions) == (1, 12)
    assert store.verify_store(words.db / "c").ok


def test_add__another_text_encoder_is_refused(words: Words, tmp_path: Path) -> None:
    words.write(NAMES[:6])
    words.build()
    words.write(NAMES)
    other = encoder.load_encoder(str(tiny_checkpoint.write(tmp_path / "other", seed=3)), device="cpu")
    with pytest.raises(errors.StoreMisfitError, match="has captions encoded with"):
        build.add_to_collection("c", captions=words.captions, db=words.db, device="cpu", text_encoder=other)
    assert len(store.open_store(words.db / "c").records) == 6


def test_evaluate_store__measures_the_caption_ranking_alone(words: Words) -> None:
    report = evaluation.evaluate_store(store.open_store(words.build().folder))
    assert list(report.text_to_image) == [Ranking.CAPTION]
    assert report.image_to_text is None
    made = report.to_dict()
    assert made["image_to_text"] is None
    assert json.loads(json.dumps(made, allow_nan=False)) == made


def test_command_line__from_build_to_evaluate(words: Words, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*asked: object) -> tuple[int, str, str]:
        code = cli.main([*map(str, asked), "--db", str(words.db)])
        heard = capsys.readouterr()
        return code, heard.out, heard.err

    sources = ("--images", words.images, "--captions", words.captions)
    models = ("--model", words.sight, "--text-model", words.reader)
    assert run("build", "c", *sources, *models, "--device", "cpu")[0] == 0
    code, out, err = run("search", "c", "green, said 1 times", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["hits"][0]["file_name"] == "green.png"
    code, out, _ = run("search", "c", "--image", words.images / "green.png", "-k", 1)
    assert code == 0
    assert "ranking: image; model: sight" in out
    code, _, err = run("search", "c", "green", "--by", "fused")
    assert code == 2
    assert "rank by 'caption' instead of 'fused'" in err
    code, out, _ = run("evaluate", "c")
    assert code == 0
    assert "image ranking" not in out
    assert "sight encodes pictures only" in out
    assert run("verify", "c")[0] == 0
    assert run("build", "d", *sources, "--model", words.reader, "--text-model", words.reader)[0] == 2
