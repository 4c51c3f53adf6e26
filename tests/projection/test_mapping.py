"""Whole maps: of what, how many, where a query lies, what is refused."""

from pathlib import Path

import numpy as np
import pytest

from core import errors, projection
from core.progress import Progress
from core.projection import Method, Of, Recipe, neighbours, points, tsne
from core.store import Store
from tests import memory_store
from tests.projection import planted


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    return planted.write(tmp_path / "db")


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("of", list(Of))
def test_make_map__every_kind(opened: Store, method: Method, dims: int, of: Of) -> None:
    made = projection.make_map(opened, Recipe(method, dims, of))
    counts = {Of.IMAGES: (80, 0), Of.CAPTIONS: (0, 160), Of.BOTH: (80, 160)}[of]
    assert (len(made.points.pictures), len(made.points.captions)) == counts
    assert made.xyz.shape == (sum(counts), dims)
    assert np.isfinite(made.xyz).all()
    assert made.quality is not None
    assert made.quality.hit == pytest.approx(1, abs=0.02)
    assert (made.gap is not None) == (of is Of.BOTH)
    assert (made.axes is not None) == (method is Method.PCA)


def test_make_map__tsne_keeps_the_planted_groups_together(opened: Store) -> None:
    made = projection.make_map(opened, Recipe(Method.TSNE))
    groups = np.repeat(np.arange(4), 20)
    middles = np.stack([made.xyz[groups == group].mean(axis=0) for group in range(4)])
    nearest = np.linalg.norm(made.xyz[:, None] - middles[None], axis=2).argmin(axis=1)
    assert nearest.tolist() == groups.tolist()
    assert made.quality.trustworthiness > 0.9


def test_make_map__closing_the_gap(opened: Store) -> None:
    left = projection.make_map(opened, Recipe(of=Of.BOTH))
    closed = projection.make_map(opened, Recipe(of=Of.BOTH, closed=True))
    assert left.gap.distance > 0.3
    assert left.gap.apart == 1
    assert closed.gap.distance < 0.1
    assert closed.gap.apart < 0.75


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("method", list(Method))
def test_place__a_caption_lies_where_the_map_has_it(opened: Store, method: Method, closed: bool) -> None:
    made = projection.make_map(opened, Recipe(method, 2, Of.BOTH, closed))
    vector = opened.caption_index.vectors_at(np.array([50]))[0]
    placed = projection.place(opened, made, vector)
    if method is Method.PCA:
        assert placed == pytest.approx(made.xyz[80 + 50], abs=2e-3)
    else:  # amid the pictures of its group
        group = made.xyz[20:40]
        assert (group.min(axis=0) <= placed).all()
        assert (placed <= group.max(axis=0)).all()


def test_make_map__can_be_stopped(opened: Store) -> None:
    def stop(at: Progress) -> None:
        if "t-SNE" in at.stage and at.done > 20:
            raise errors.Cancelled("enough")

    with pytest.raises(errors.Cancelled, match="enough"):
        projection.make_map(opened, Recipe(Method.TSNE), report=stop)


def test_recipe__refuses_what_no_map_is() -> None:
    with pytest.raises(errors.QueryError, match="choose 2 or 3"):
        Recipe(dims=4)
    with pytest.raises(errors.QueryError, match="choose both"):
        Recipe(closed=True)


def test_make_map__without_captions(tmp_path: Path) -> None:
    silent = planted.write(tmp_path / "db", captions=0)
    assert projection.why_not(silent, Of.IMAGES) == ""
    with pytest.raises(errors.QueryError, match="No model read captions"):
        projection.make_map(silent, Recipe(of=Of.BOTH))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_tsne__small_collections(count: int) -> None:
    vectors = memory_store.unit(np.random.default_rng(3), count, 8)
    made = tsne.tsne_points(vectors, 2)
    assert made.shape == (count, 2)
    assert np.isfinite(made).all()


def test_tsne__equal_vectors() -> None:
    assert np.isfinite(tsne.tsne_points(np.full((30, 4), 0.5, np.float32), 2)).all()


def test_nearest__nearly_is_nearly_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = memory_store.unit(np.random.default_rng(4), 600, 6)
    exact, cosines = neighbours.nearest(vectors, 12)
    assert (exact != np.arange(600)[:, None]).all()
    assert cosines == pytest.approx(np.sort(vectors @ vectors.T - 9 * np.eye(600), axis=1)[:, :-13:-1], abs=1e-5)
    monkeypatch.setattr(neighbours, "EXACT_UP_TO", 100)
    nearly, found = neighbours.nearest(vectors, 12)
    assert (nearly != np.arange(600)[:, None]).all()
    assert np.mean([len(set(a) & set(b)) / 12 for a, b in zip(exact, nearly, strict=True)]) > 0.97
    assert found[:, 0] == pytest.approx(cosines[:, 0], abs=1e-5)


def test_choose__samples_say_how_many(opened: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recipe, "most", 60)
    pictures = points.choose(opened, Recipe())
    assert len(pictures) == 60
    assert (np.diff(pictures.pictures) > 0).all()
    both = points.choose(opened, Recipe(of=Of.BOTH))
    assert len(both) == 60
    pairs = both.pairs(opened)
    assert len(pairs) == len(both.captions)  # every caption has its picture beside it
    rows = both.picture_rows(opened)
    assert (rows[pairs[:, 0]] == rows[pairs[:, 1]]).all()
    assert set(pairs[:, 0].tolist()) <= set(range(len(both.pictures)))
