from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from core import audit, errors, store
from core.audit import Kind, Order, groups, keeping, pairs
from tests import colour_collection, memory_store

ENTRIES = (
    *(("red", (f"a red bus {n}", "red")) for n in range(6)),
    *(("green", ("green grass", "a green field")) for _ in range(6)),
    ("yellow", ("=red", "<b>red</b>")),
    ("blue", ()),
)


@pytest.fixture
def opened(tmp_path: Path) -> store.Store:
    db = tmp_path / "clip_db"
    db.mkdir()
    return store.open_store(colour_collection.write(db, "lists", ENTRIES))


def test_find_groups__joined_over_a_member_and_ordered() -> None:
    first, second = np.array([0, 1, 5]), np.array([1, 2, 6])
    found = pairs.Pairs(first, second, np.array([0.99, 0.97, 0.95], np.float32), 0.9)
    apart = np.array([0.01, 0.02, np.nan], np.float32)
    made = groups.find_groups(found, apart, 0.9, same_pixels=False)
    assert [group.rows for group in made] == [(0, 1, 2), (5, 6)]
    assert made[0].partners == (1, 0, 1)
    assert [group.rows for group in groups.find_groups(found, apart, 0.98, same_pixels=False)] == [(0, 1)]
    assert [group.rows for group in groups.find_groups(found, apart, 0.9, same_pixels=True)] == [(0, 1, 2)]
    assert groups.find_groups(found, apart, 0.999, same_pixels=True) == ()


def test_findings__duplicates_are_the_pictures_of_one_colour(opened: store.Store) -> None:
    found = audit.findings(opened, audit.audit_store(opened), Kind.DUPLICATES)
    colours = [{shown.record.categories[0] for shown in finding.pictures} for finding in found]
    assert sorted(map(tuple, colours)) == [("green",), ("red",)]
    assert all(len(finding.pictures) == 6 for finding in found)
    assert "6 pictures" in found.page(1)[0].why


def test_findings__a_misplaced_caption_is_first_and_says_where_it_belongs(opened: store.Store) -> None:
    found = audit.findings(opened, audit.audit_store(opened), Kind.CAPTIONS, 1.0)
    first = found.page(1)[0]
    assert first.caption is not None
    assert first.caption.text in ("=red", "<b>red</b>")
    assert [shown.record.categories[0] for shown in first.pictures] == ["yellow", "red"]
    numbers = {number.name: number.value for number in first.numbers}
    assert numbers["other_cosine"] > numbers["own_cosine"]
    assert numbers["own_rank"] > 1


def test_findings__unfound_at_another_rank(opened: store.Store) -> None:
    made = audit.audit_store(opened)
    assert made.answers is not None
    found = audit.findings(opened, made, Kind.UNFOUND)
    assert found.level == 10
    hidden = [finding.pictures[0].record.categories[0] for finding in found]
    assert set(hidden) <= {"yellow"}
    assert "1 pictures without captions" in found.notes[0]


def test_findings__levels_and_orders_are_brought_into_their_range(opened: store.Store) -> None:
    made = audit.audit_store(opened)
    for level, expected in ((-5.0, 1.0), (float("inf"), 12.0), (float("nan"), 3.5), (None, 3.5)):
        assert audit.findings(opened, made, Kind.OUTLIERS, level).level == expected
    assert audit.findings(opened, made, Kind.OUTLIERS, 1.0, Order.SIZE).order is Order.WORST
    by_file = [one.pictures[0].record.file_name for one in audit.findings(opened, made, Kind.HUBS, 1.0, Order.FILE)]
    assert by_file == sorted(by_file)


def test_findings__pages_number_all(opened: store.Store) -> None:
    found = audit.findings(opened, audit.audit_store(opened), Kind.CAPTIONS, 1.0)
    assert [one.rank for one in found] == list(range(1, len(found) + 1))
    assert found.page(99) == found.page(found.pages)


@pytest.mark.parametrize("kind", list(Kind))
def test_tables__csv_and_json_have_every_finding(opened: store.Store, kind: Kind) -> None:
    low = audit.LEVELS[kind].low
    found = audit.findings(opened, audit.audit_store(opened), kind, low)
    rows = list(csv.DictReader(io.StringIO(audit.to_csv(found))))
    told = json.loads(json.dumps(audit.to_dict(found), allow_nan=False))
    assert len(told["findings"]) == len(found)
    assert len(rows) == sum(len(one.pictures) for one in found)
    assert {row["rank"] for row in rows} == {str(one.rank) for one in found}
    assert all(row["why"] for row in rows)
    assert not any(row.get("caption", "").startswith("=") for row in rows)


def without_files(made: memory_store.MemoryStore) -> memory_store.MemoryStore:
    made.picture_path = lambda record: Path()  # type: ignore[attr-defined]
    return made


def test_why_not__pictures_only(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    records = [memory_store.record(number) for number in range(30)]
    vectors = memory_store.unit(chance, 30, 8)
    vectors[3] = vectors[4]
    made = without_files(memory_store.of_vectors(records, vectors, vectors[:0]))
    result = audit.audit_store(made)  # type: ignore[arg-type]
    for kind in (Kind.CAPTIONS, Kind.UNFOUND):
        assert "no captions" in audit.why_not(made, kind)  # type: ignore[arg-type]
        with pytest.raises(errors.QueryError, match="no captions"):
            audit.findings(made, result, kind)  # type: ignore[arg-type]
    twins = audit.findings(made, result, Kind.DUPLICATES)  # type: ignore[arg-type]
    assert [[shown.record.image_id for shown in one.pictures] for one in twins] == [[3, 4]]
    assert "could not be read" in twins.notes[0]
    assert "picture" in audit.findings(made, result, Kind.HUBS).summary  # type: ignore[arg-type]


def test_why_not__pictures_and_captions_of_two_models() -> None:
    made = without_files(memory_store.random(40, seed=6, captions=(2, 4)))
    made.one_space = False
    made.manifest.encoder = type("Spec", (), {"model": "timm:small"})
    result = audit.audit_store(made)  # type: ignore[arg-type]
    assert result.answers is None
    assert "two models" in audit.why_not(made, Kind.UNFOUND)  # type: ignore[arg-type]
    found = audit.findings(made, result, Kind.CAPTIONS, 1.0)  # type: ignore[arg-type]
    assert len(found) > 0
    assert found.page(1)[0].pictures[1].note == "has a caption like it"


def test_audit_store__nothing_in_it() -> None:
    made = without_files(memory_store.of_vectors([], np.zeros((0, 4), np.float32), np.zeros((0, 4), np.float32)))
    result = audit.audit_store(made)  # type: ignore[arg-type]
    for kind in (Kind.DUPLICATES, Kind.OUTLIERS, Kind.HUBS):
        assert len(audit.findings(made, result, kind)) == 0  # type: ignore[arg-type]


def test_remembered__computed_once_and_again_when_the_collection_changes(
    opened: store.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = []
    real = keeping.audit_store

    def counting(given: store.Store, **more: object) -> audit.Audit:
        computed.append(given)
        return real(given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(keeping, "audit_store", counting)
    cache = tmp_path / "cache"
    first = audit.remembered(opened, cache)
    second = audit.remembered(opened, cache)
    assert len(computed) == 1
    for kind in Kind:
        assert audit.to_dict(audit.findings(opened, first, kind)) == audit.to_dict(audit.findings(opened, second, kind))
    audit.remembered(opened, cache, again=True)
    assert len(computed) == 2
    rebuilt = store.open_store(colour_collection.write(tmp_path / "clip_db", "lists", ENTRIES[:-1]))
    assert audit.load(rebuilt, cache) is None
    audit.remembered(rebuilt, cache)
    assert len(computed) == 3


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_remembered__damaged_file_is_computed_again(opened: store.Store, tmp_path: Path, damage: bytes | None) -> None:
    cache = tmp_path / "cache"
    audit.remembered(opened, cache)
    (file,) = (cache / "audits").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert audit.load(opened, cache) is None
    audit.remembered(opened, cache)
    assert audit.load(opened, cache) is not None


def test_remembered__cache_that_cannot_be_written(opened: store.Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert len(audit.remembered(opened, tmp_path / "file").neighbourhoods.scores) == len(ENTRIES)
