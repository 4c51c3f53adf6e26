"""One open collection, on a real small store."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import collection, encoder, errors, images, search
from core.collection import Collection
from core.query import Crop, Handed, Query, Term, Text
from core.search import Ranking
from tests import colour_collection, colour_encoder


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "clip_db"
    colour_collection.write(folder)
    colour_collection.write(folder, "silent", [("red", ()), ("blue", ())])
    return folder


@pytest.fixture
def opened(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Collection:
    monkeypatch.setenv("COCO_LENS_CACHE", str(tmp_path / "cache"))
    return collection.open_collection("colours", db, loaded=colour_encoder.ColourEncoder())


def ids(found: object) -> list[int]:
    return [hit.record.image_id for hit in found]  # type: ignore[attr-defined]


def test_open_collection__the_one_line(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core import open_collection

    monkeypatch.setenv("COCO_LENS_DB", str(db))
    monkeypatch.setenv("COCO_LENS_CACHE", str(db.parent / "cache"))
    monkeypatch.setattr(encoder, "load_encoder", colour_collection.load)
    found = open_collection("colours").search("a red thing on the beach", k=3)
    assert found[0].record.file_name == "red/1.png"
    assert len(found) == 3
    shown = found._repr_html_()
    assert shown.count("data:image/webp;base64,") == 3
    assert "a red bus" in shown


def test_open_collection__unknown_name_lists_those_there_are(db: Path) -> None:
    with pytest.raises(errors.StoreNotFoundError, match=r"'coulors'.*colours, silent"):
        collection.open_collection("coulors", db)


def test_list_collections__names_counts_and_faults(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(one.name, one.images, one.problem) for one in collection.list_collections(db)] == [
        ("colours", 5, None),
        ("silent", 2, None),
    ]
    monkeypatch.setenv("COCO_LENS_DB", str(db / "nothing"))
    assert collection.list_collections() == ()


def test_browse__filters_order_and_counts(opened: Collection) -> None:
    assert [one.image_id for one in opened.browse().records] == [1, 2, 3, 4, 5]
    assert [one.image_id for one in opened.browse("category:red,blue", "file").records] == [3, 1]
    assert [one.image_id for one in opened.browse("-captions:0", reverse=True).page(1)] == [5, 3, 2, 1]
    counts = {facet.facet.title: {one.shown: one.pictures for one in facet.choices} for facet in opened.browse().counts}
    assert counts["Licence"] == {"CC BY": 2, "CC0": 3}
    with pytest.raises(errors.QueryError, match="'newest'; choose one of id, file"):
        opened.browse(order="newest")
    with pytest.raises(errors.QuerySyntaxError, match="no category 'dog' here"):
        opened.browse("category:dog")


def test_listed__is_what_export_writes(opened: Collection) -> None:
    made = opened.listed(opened.browse('license:"CC BY"').records, "by licence")
    assert [record.image_id for record in made.records] == [2, 4]
    assert made.attribution(made.records[0]) == "green/2.png, licence CC BY"
    assert (made.collection, made.asked) == ("colours", "by licence")
    assert [one.name for one in made.categories] == ["blue", "green", "red", "white", "yellow"]


def test_open_collection__a_given_encoder_must_fit(db: Path) -> None:
    with pytest.raises(errors.StoreMisfitError, match="python -m core build colours"):
        collection.open_collection("colours", db, loaded=colour_encoder.ColourEncoder(weights="others"))


def test_encoder__loaded_once_at_first_use_and_checked(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[dict[str, object]] = []

    def load(model: str, pretrained: str | None, **more: object) -> colour_encoder.ColourEncoder:
        loads.append({"model": model, "pretrained": pretrained, **more})
        return colour_encoder.ColourEncoder(weights="tests" if len(loads) > 1 else "altered")

    monkeypatch.setattr(encoder, "load_encoder", load)
    opened = collection.open_collection("colours", db, device="cpu")
    assert ids(opened.similar_to(1, k=1)) == [5]
    assert loads == []
    with pytest.raises(errors.StoreMisfitError):
        opened.search("red")
    opened.search("red")
    opened.search("red")
    assert loads == [{"model": "mean-colour", "pretrained": None, "device": "cpu"}] * 2


def test_search__default_ranking_follows_the_captions(opened: Collection, db: Path) -> None:
    assert opened.search("red").by is Ranking.FUSED
    silent = collection.open_collection("silent", db, loaded=colour_encoder.ColourEncoder())
    assert silent.search("red").by is Ranking.IMAGE
    with pytest.raises(errors.QueryError, match="no captions"):
        silent.search("red", by="caption")


def test_search__carries_what_was_asked(opened: Collection) -> None:
    found = opened.search(" two\n red  things ", k=2, by="image", category=["red", "blue"])
    assert (found.query, found.by, found.k, found.matching) == ("two red things", Ranking.IMAGE, 2, 2)
    assert (found.collection, found.model, found.index_kind) == ("colours", "mean-colour", "exact")
    assert found.encode_seconds > 0
    assert found.search_seconds > 0
    assert ids(found) == [1, 3]


def test_search__filters(opened: Collection) -> None:
    assert ids(opened.search("red", by="image", category="BLUE")) == [3]
    assert ids(opened.search("red", by="image", file_contains="/4.PNG ")) == [4]
    assert sorted(ids(opened.search("red", by="image", license=2))) == [1, 3, 5]
    assert sorted(ids(opened.search("red", by="image", license=[1, 2]))) == [1, 2, 3, 4, 5]
    assert ids(opened.search("red", category="red", license=1)) == []


@pytest.mark.parametrize("text", ["", " \n"])
def test_search__an_empty_text_is_no_query(opened: Collection, text: str) -> None:
    with pytest.raises(errors.QueryError, match="empty"):
        opened.search(text)


def test_search__unknown_names_get_near_ones(opened: Collection) -> None:
    with pytest.raises(errors.QueryError, match="no category 'yelow'; near ones: yellow"):
        opened.search("red", category="yelow")
    with pytest.raises(errors.QueryError, match="some of its categories: blue, green"):
        opened.search("red", category="zebra")
    with pytest.raises(errors.QueryError, match="image, caption, fused"):
        opened.search("red", by="best")


def test_search_image__file_bytes_and_pillow_agree(opened: Collection, tmp_path: Path) -> None:
    file = tmp_path / "query.png"
    colour_encoder.picture("blue").save(file)
    for picture in (file, str(file), file.read_bytes(), Image.open(file)):
        found = opened.search_image(picture, k=2)
        assert ids(found)[0] == 3
        assert found.by is Ranking.IMAGE
    assert opened.search_image(file).query == "picture query.png"


def test_search_image__unreadable_names_the_file(opened: Collection, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("no picture")
    with pytest.raises(errors.PictureError, match=r"notes\.jpg cannot be used as a query: not a picture"):
        opened.search_image(tmp_path / "notes.jpg")
    with pytest.raises(errors.PictureError, match=r"absent\.jpg.*missing"):
        opened.search_image(tmp_path / "absent.jpg")
    with pytest.raises(errors.PictureError):
        opened.search_image(b"no picture")


def test_search_image__a_stored_picture_finds_itself(opened: Collection) -> None:
    for row, record in enumerate(opened.store.records):
        hit = opened.search_image(opened.store.picture_path(record), k=1)[0]
        assert hit.record == record
        assert hit.score == pytest.approx(1, abs=1e-3)
        assert opened._vector_of(row) == pytest.approx(opened.store.image_index.vectors()[row])


def test_similar_to__leaves_itself_out(opened: Collection) -> None:
    found = opened.similar_to(3, k=99)
    assert 3 not in ids(found)
    assert len(found) == 4
    assert found.query == "like blue/3.png"
    assert ids(opened.similar_to(3, category=["blue", "red"])) == [1]
    with pytest.raises(errors.QueryError, match="image_id 77"):
        opened.similar_to(77)


def test_search_image__with_a_text_ranks_by_the_unit_sum(opened: Collection) -> None:
    model = colour_encoder.ColourEncoder()
    red, blue = model.encode_images([colour_encoder.picture("red")])[0], model.encode_texts(["blue"])[0]
    middle = (red + blue) / np.linalg.norm(red + blue)
    scores = opened.store.image_index.vectors() @ middle
    found = opened.search_image(colour_encoder.picture("red"), k=5, text=" so\n blue ")
    assert [hit.score for hit in found] == pytest.approx(sorted(scores, reverse=True), abs=1e-3)
    assert {hit.record.image_id: hit.score for hit in found} == pytest.approx(dict(enumerate(scores, 1)), abs=1e-3)
    assert sorted(ids(found)[:2]) == [1, 3]  # red and blue, equally near; then what has a bit of both
    assert found[0].score == pytest.approx(found[1].score, abs=1e-3)
    assert found.query == "a picture + so blue"


def test_search_image__with_a_text_finds_what_has_both(db: Path) -> None:
    entries = [("red", ()), ("blue", ()), ("purple", ()), ("yellow", ())]
    colour_collection.write(db, "both", entries)
    both = collection.open_collection("both", db, loaded=colour_encoder.ColourEncoder())
    assert ids(both.search_image(colour_encoder.picture("red"), k=2))[0] == 1
    assert ids(both.search_image(colour_encoder.picture("red"), k=1, text="blue")) == [3]
    assert ids(both.similar_to(1, k=1, text="blue")) == [3]


def test_search_image__a_blank_text_changes_nothing(opened: Collection) -> None:
    plain, blank = (opened.search_image(colour_encoder.picture("red"), k=5, text=text) for text in ("", " \n"))
    assert blank.hits == plain.hits
    assert blank.query == plain.query == "a picture"


def test_similar_to__with_a_text_loads_the_model_and_times_it(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(encoder, "load_encoder", lambda *given, **_: loaded.append("it") or colour_collection.load())
    opened = collection.open_collection("colours", db)
    assert opened.similar_to(1, text=" ").encode_seconds == 0
    assert loaded == []
    found = opened.similar_to(1, k=9, text="blue")
    assert loaded == ["it"]
    assert found.encode_seconds > 0
    assert found.query == "like red/1.png + blue"
    assert 1 not in ids(found)
    assert ids(found)[0] == 3


def test_search_image__an_exact_opposite_has_no_middle(opened: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    opposite = -colour_encoder.vector(colour_encoder.COLOURS["red"])
    monkeypatch.setattr(opened.encoder, "encode_texts", lambda texts: opposite[None])
    with pytest.raises(errors.QueryError, match="exact opposites"):
        opened.search_image(colour_encoder.picture("red"), text="not red")


def test_captions__for_a_picture_and_near_a_known_one(opened: Collection) -> None:
    picture = images.encode_jpeg(colour_encoder.picture("green"), 90)
    for hits in (opened.captions_for(picture, k=2), opened.captions_near(2, k=2)):
        assert [hit.caption.display for hit in hits] == ["a green field", "so green"]
        assert {hit.record.image_id for hit in hits} == {2}


def test_thumbnail__none_where_there_is_no_picture(opened: Collection) -> None:
    record = opened.store.records[0]
    assert opened.thumbnail(record, 8) is not None
    file = opened.store.picture_path(record)
    aside = file.rename(file.with_suffix(".aside"))
    assert opened.thumbnail(record, 9) is None
    aside.rename(file)


def test_repr__says_what_it_is(opened: Collection) -> None:
    assert repr(opened) == "<Collection 'colours': 5 pictures, 8 captions, mean-colour>"


def test_search__many_threads_get_their_own_answers(opened: Collection) -> None:
    from concurrent.futures import ThreadPoolExecutor

    words = ["red", "green", "blue", "yellow"] * 25
    with ThreadPoolExecutor(8) as pool:
        firsts = list(pool.map(lambda word: opened.search(word, k=1, by="image")[0].record.categories[0], words))
    assert firsts == words
    assert isinstance(opened._vector_of(0), np.ndarray)


@pytest.mark.parametrize("by", [*search.TEXT_RANKINGS, None])
def test_query__one_term_is_what_search_has_always_found(opened: Collection, by: Ranking | None) -> None:
    model = colour_encoder.ColourEncoder()
    ranking = by or Ranking.FUSED
    for text in ("red", "so\n blue ", "green - or not", "nothing known"):
        wording = search.wording(opened.store, Query((Term(Text(text)),)), scored=ranking is Ranking.FUSED)
        vector = model.encode_texts([text])[0]
        expected = search.rank_images(opened.store, vector, k=4, by=ranking, wording=wording)
        assert opened.search(text, 4, by).hits == expected
        assert opened.query(Query((Term(Text(text), 3),)), 4, by).hits == expected
    assert opened.query("a red bus", 4, by).hits == opened.search("a red bus", 4, by).hits
    picture = colour_encoder.picture("magenta")
    expected = search.rank_images(opened.store, model.encode_images([picture])[0], k=4, by=ranking)
    assert opened.search_image(picture, 4, by).hits == expected
    expected = search.rank_images(opened.store, opened._vector_of(2), k=4, by=ranking, exclude=[3])
    assert opened.similar_to(3, 4, by).hits == expected
    assert opened.query("img:3", 4, by or "fused").hits == expected


def test_query__a_picture_asks_by_image_unless_told_otherwise(opened: Collection) -> None:
    assert opened.query("red").by is Ranking.FUSED
    assert opened.query("red + img:1").by is opened.query("img:1").by is Ranking.IMAGE
    assert opened.query("red + img:1", by="fused").by is Ranking.FUSED


def test_query__a_minus_term_leads_away(opened: Collection) -> None:
    reds = opened.query("yellow - green", 5, "image")
    assert reds[0].record.categories == ("red",)
    assert opened.query("-red", 5, "image")[4].record.categories == ("red",)
    assert reds.query == "yellow - green"
    assert reds.typed == "yellow - green"


@pytest.mark.parametrize("by", search.TEXT_RANKINGS)
def test_query__shares_add_up_to_the_score(opened: Collection, by: Ranking, tmp_path: Path) -> None:
    file = tmp_path / "half and half.png"
    colour_encoder.picture("cyan").save(file)
    typed = f'100*red - 99*"red or so" + 0.01*img:2 - img:5[0,0,0.5,0.5] + file:"{file}"'
    for asked in (typed, "2*blue - green", "white + so"):
        found = opened.query(asked, 9, by)
        count = len(found.asked.terms)  # type: ignore[union-attr]
        assert found.hits
        for hit in found:
            assert sum(part.share for part in hit.parts) == pytest.approx(hit.score, abs=1e-6)
            assert sum(hit.term_shares) == pytest.approx(hit.score, abs=1e-6)
            assert sum(hit.side_shares) == pytest.approx(hit.score, abs=1e-6)
            assert len(hit.term_shares) == count
            assert len(hit.side_shares) == (3 if by is Ranking.FUSED else 1)
            assert len(hit.parts) == count * len(hit.side_shares)


def test_query__by_things_says_what_both_show(opened: Collection) -> None:
    found = opened.query("img:1 + 0.5*yellow", 9, "things")
    assert found.by is Ranking.THINGS
    assert sorted(ids(found)) == [2, 3, 4, 5]
    for hit in found:
        assert sum(part.share for part in hit.parts) == pytest.approx(hit.score, abs=1e-6)
        assert [(part.term, part.side) for part in hit.parts] == [
            (term, side) for term in (0, 1) for side in ("image", "things")
        ]
    alike = opened.search_image(colour_encoder.picture("red"), 1, "things")
    assert alike[0].record.categories == alike[0].things == ("red",)
    assert "both show" in str(alike)
    assert "both show" not in str(opened.search_image(colour_encoder.picture("red"), 1))
    assert alike.to_dict()["hits"][0]["things"] == ["red"]
    assert alike.to_csv().splitlines()[1].endswith(",red")
    assert opened.similar_to(1, 9, "things").hits == opened.query("img:1", 9, "things").hits


def test_query__by_things_needs_a_picture_and_a_model_that_reads(opened: Collection, db: Path) -> None:
    with pytest.raises(errors.QueryError, match=r"only a query with a picture can be ranked by 'things'.*'fused'"):
        opened.search("red", by="things")
    silent = collection.open_collection("silent", db, loaded=colour_encoder.ColourEncoder())
    assert ids(silent.similar_to(1, 1, "things")) == [2]
    assert silent.similar_to(1, 1, None).by is Ranking.IMAGE
    with pytest.raises(errors.QueryError, match="rank this text by 'image'"):
        silent.search("red", by="things")


def test_query__pictures_of_the_collection_are_left_out(opened: Collection) -> None:
    assert sorted(ids(opened.query("img:1 - img:3 + red", 9))) == [2, 4, 5]
    assert sorted(ids(opened.query("img:1[0,0,0.5,1] + img:1", 9))) == [2, 3, 4, 5]
    with pytest.raises(errors.QueryError, match="image_id 77"):
        opened.query("red + img:77")


def test_query__files_and_crops(opened: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    halves = Image.new("RGB", (40, 20))
    halves.paste(colour_encoder.COLOURS["red"], (0, 0, 30, 20))
    halves.paste(colour_encoder.COLOURS["blue"], (30, 0, 40, 20))
    halves.save(tmp_path / "halves.png")
    monkeypatch.chdir(tmp_path)
    assert ids(opened.query("file:halves.png[0,0,0.75,1]", 1)) == [1]
    right = opened.query("file:halves.png[0.75,0,0.25,1]", 1)
    assert ids(right) == [3]
    assert right.query == "picture halves.png (part)"
    handed = Query((Term(Handed(halves, "my picture"), 1, Crop(0.75, 0, 0.25, 1)),))
    assert ids(opened.query(handed, 1)) == [3]
    assert (opened.query(handed).query, opened.query(handed).typed) == ("my picture (part)", None)
    for sliver in ("[0,0,0.001,1e-300]", "[0.999999,0.9999999,0.000001,0.0000001]"):
        assert len(opened.query(f"file:halves.png{sliver}", 1)) == 1
    with pytest.raises(errors.PictureError, match=r"absent\.png cannot be used as a query: the file is missing"):
        opened.query("red + file:absent.png")


def test_query__terms_that_cancel_out_leave_nothing(opened: Collection) -> None:
    file = opened.store.picture_path(opened.store.records[1])
    for asked in ("red - red", f'img:2 - file:"{file}"', "2*red + img:1 - 2*red - img:1"):
        with pytest.raises(errors.QueryError, match="cancel each other out"):
            opened.query(asked)


def test_query__filters_and_their_faults(opened: Collection) -> None:
    assert ids(opened.query("2*red + blue", by="image", category="BLUE")) == [3]
    with pytest.raises(errors.QueryError, match="near ones: yellow"):
        opened.query("red + blue", category="yelow")
    with pytest.raises(TypeError, match="licence"):
        opened.query("red", licence=1)  # type: ignore[call-arg]
    with pytest.raises(errors.QuerySyntaxError, match=r"'\+' has nothing after it"):
        opened.query("red +")


def test_query__texts_are_read_together_and_pictures_seen_together(opened: Collection) -> None:
    model = opened.encoder
    opened.query("red + blue - img:1[0,0,1,1] + img:2[0,0,1,1] + img:3")
    assert (model.texts_seen, model.batches) == (2, [2])  # type: ignore[attr-defined]
