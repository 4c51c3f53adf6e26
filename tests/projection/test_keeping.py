"""What was computed is kept beside the store, for exactly that version of it."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from core import audit, projection, store
from core.cli import main
from core.projection import Method, Of, Recipe, clusters, files, mapping
from tests.projection import planted

RECIPES = (Recipe(), Recipe(Method.PCA, 3, Of.BOTH, True), Recipe(Method.TSNE, 2, Of.CAPTIONS))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: one.name)
def test_remembered_map__reads_back_what_was_made(tmp_path: Path, recipe: Recipe) -> None:
    opened = planted.write(tmp_path / "db")
    assert projection.kept_map(opened, recipe) is None
    made = projection.remembered_map(opened, recipe)
    kept = projection.kept_map(store.open_store(tmp_path / "db" / "planted"), recipe)
    assert np.array_equal(kept.xyz, made.xyz)
    assert (kept.quality, kept.gap, kept.recipe) == (made.quality, made.gap, recipe)
    assert np.array_equal(kept.points.pictures, made.points.pictures)
    vector = opened.image_index.vectors_at(np.array([3]))[0]
    assert np.array_equal(projection.place(opened, kept, vector), projection.place(opened, made, vector))


def test_remembered_map__is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = planted.write(tmp_path / "db")
    made = []
    real = mapping.make_map
    monkeypatch.setattr(mapping, "make_map", lambda *given, **more: made.append(1) or real(*given, **more))
    for _ in range(3):
        projection.remembered_map(opened, Recipe())
    assert len(made) == 1
    projection.remembered_map(opened, Recipe(), again=True)
    assert len(made) == 2


def test_files__another_version_has_none_and_the_old_ones_go(tmp_path: Path) -> None:
    db = tmp_path / "db"
    first = planted.write(db)
    projection.remembered_map(first, Recipe())
    projection.remembered_clusters(first)
    folder = db / files.FOLDER / "planted"
    assert len(list(folder.iterdir())) == 2
    second = planted.write(db, seed=1)
    assert projection.identity(first) != projection.identity(second)
    assert projection.kept_map(second, Recipe()) is None
    assert projection.kept_clusters(second) is None
    projection.remembered_map(second, Recipe())
    assert [path.name for path in folder.iterdir()] == [f"{projection.identity(second)}-pca-2-images.npz"]


def test_files__store_beside_them_stays_whole(tmp_path: Path) -> None:
    opened = planted.write(tmp_path / "db")
    projection.remembered_map(opened, Recipe())
    assert store.open_store(opened.folder).manifest == opened.manifest
    assert [one.name for one in store.list_stores(tmp_path / "db")] == ["planted"]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", "half"])
def test_files__damaged_ones_are_computed_again(tmp_path: Path, damage: bytes | str) -> None:
    opened = planted.write(tmp_path / "db")
    made = projection.remembered_map(opened, Recipe())
    (path,) = (tmp_path / "db" / files.FOLDER / "planted").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if isinstance(damage, str) else damage)
    assert projection.kept_map(opened, Recipe()) is None
    assert np.array_equal(projection.remembered_map(opened, Recipe()).xyz, made.xyz)
    assert path.read_bytes() == whole


def test_files__arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    opened = planted.write(tmp_path / "db")
    arrays = {"xyz": np.zeros((80, 2), np.float32), "captions": np.zeros(0, np.int64)}
    for rows in (np.arange(79), np.arange(1, 81), np.arange(-1, 79)):
        files.write(opened, Recipe().name, {**arrays, "pictures": rows})
        assert projection.kept_map(opened, Recipe()) is None
    files.write(opened, "clusters", {"labels": np.zeros(3, np.int32)})
    assert projection.kept_clusters(opened) is None


def test_files__a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    opened = planted.write(tmp_path / "db")
    (tmp_path / "db" / files.FOLDER).write_text("in the way")
    assert len(projection.remembered_map(opened, Recipe())) == 80


def test_remembered_clusters__reads_back(tmp_path: Path) -> None:
    opened = planted.write(tmp_path / "db")
    made, kept = projection.remembered_clusters(opened), projection.kept_clusters(opened)
    assert (kept.every, kept.silhouettes) == (made.every, made.silhouettes)
    assert np.array_equal(kept.labels, clusters.find_clusters(opened).labels)


def test_remembered_outliers__are_the_audits(tmp_path: Path) -> None:
    opened = planted.write(tmp_path / "db")
    made = projection.remembered_map(opened, Recipe(of=Of.BOTH))
    scores = projection.remembered_outliers(opened, made)
    assert scores.shape == (240,)
    assert scores[:80] == pytest.approx(audit.audit_store(opened).neighbourhoods.scores)
    assert np.array_equal(projection.kept_outliers(opened, made), scores)
    assert projection.kept_outliers(opened, projection.remembered_map(opened, Recipe())) is None


def test_command__writes_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planted.write(tmp_path / "db")
    named = {kind: tmp_path / f"map.{kind}" for kind in ("csv", "json", "parquet")}
    options = [part for kind, path in named.items() for part in (f"--{kind}", str(path))]
    assert main(["map", "planted", "--db", str(tmp_path / "db"), "--of", "both", *options]) == 0
    printed = capsys.readouterr().out
    assert "trustworthiness" in printed
    assert "told apart" in printed
    rows = list(csv.DictReader(io.StringIO(named["csv"].read_text(encoding="utf-8"))))
    told = json.loads(named["json"].read_text(encoding="utf-8"))
    table = pyarrow.parquet.read_table(named["parquet"]).to_pylist()
    assert len(rows) == len(told["points"]) == len(table) == 240
    assert {row["kind"] for row in rows} == {"image", "caption"}
    assert table[100]["caption_id"] == told["points"][100]["caption_id"]
    assert float(rows[100]["x"]) == pytest.approx(table[100]["x"])
    assert sum(one["pictures"] for one in told["clusters"]) == 80
    assert told["gap"]["distance"] > 0.3


def test_command__refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planted.write(tmp_path / "db", captions=0)
    known = ["map", "planted", "--db", str(tmp_path / "db")]
    assert main([*known, "--of", "both"]) == 2
    assert "No model read captions" in capsys.readouterr().err
    assert main([*known, "--close-gap"]) == 2
    assert main([*known, "--csv", str(tmp_path / "no" / "map.csv")]) == 2
    assert "--csv" in capsys.readouterr().err
