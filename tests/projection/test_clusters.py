"""Clusters that were planted are found, in their number, with names and pictures of their own."""

from pathlib import Path

import numpy as np
import pytest

from core import lift
from core.projection import clusters, naming
from tests import memory_store
from tests.projection import planted


@pytest.mark.parametrize("groups", [3, 5, 8])
def test_divide__finds_the_planted_number(groups: int) -> None:
    labels, tried = clusters.divide(planted.bunches(40, groups))
    assert len(set(labels.tolist())) == groups
    for group in range(groups):
        assert len(set(labels[40 * group : 40 * (group + 1)].tolist())) == 1
    assert max(tried, key=lambda one: one[1])[0] == groups


def test_divide__is_deterministic() -> None:
    vectors = memory_store.unit(np.random.default_rng(0), 200, 8)
    first, second = clusters.divide(vectors), clusters.divide(vectors.copy())
    assert np.array_equal(first[0], second[0])
    assert first[1] == second[1]


@pytest.mark.parametrize("count", [0, 1, 5, 23])
def test_divide__too_few_are_one_cluster(count: int) -> None:
    labels, tried = clusters.divide(memory_store.unit(np.random.default_rng(1), count, 8))
    assert labels.tolist() == [0] * count
    assert tried == ()


def test_divide__equal_vectors_are_one_cluster() -> None:
    assert set(clusters.divide(np.full((60, 4), 0.5, np.float32))[0].tolist()) == {0}


def test_find_clusters__names_and_representatives(tmp_path: Path) -> None:
    opened = planted.write(tmp_path / "db")
    found = clusters.find_clusters(opened)
    assert len(found.every) == 4
    assert sum(one.size for one in found.every) == 80
    assert found.silhouette is not None
    assert found.silhouette > 0.7
    for at, cluster in enumerate(found.every):
        group = int(opened.records[cluster.representative].categories[0][-1])
        assert set(cluster.name.split(", ")) == set(planted.WORDS[group].split())
        assert found.labels[cluster.representative] == at
        members = np.flatnonzero(found.labels == at)
        assert {opened.records[row].categories[0] for row in members.tolist()} == {f"group {group}"}


def test_names__categories_and_numbers_where_captions_say_nothing() -> None:
    silent = [memory_store.record(n, categories=("dog",) if n < 30 else ()) for n in range(100)]
    whole = lift.count(silent)
    assert naming.names([silent[:30], silent[30:]], whole) == ("dog", "Cluster 2")


def test_names__no_two_alike_and_one_form_of_a_word() -> None:
    groups = [
        [memory_store.record(n, ["dog dogs beach sand wave"]) for n in range(20)],
        [memory_store.record(n, ["dog dogs beach sand wave"]) for n in range(20, 40)],
        [memory_store.record(n, ["desk"]) for n in range(40, 200)],
    ]
    found = naming.names(groups, lift.count([record for group in groups for record in group]))
    assert len(set(found)) == 3
    assert sum("dog" in word for word in found[0].split(", ")) == 1
