"""The split of pictures into queries and index."""

from __future__ import annotations

import numpy as np
import pytest

from core import errors
from core.evaluation import labels
from tests import memory_store


def records(*counts: int) -> list:
    made = []
    for at, count in enumerate(counts):
        made += [
            memory_store.record(100 * at + n, categories=(f"class{at}",), file_name=f"c{at}/{n}.jpg")
            for n in range(count)
        ]
    return made


def test_stratified_split__a_fifth_of_every_class_and_no_leak() -> None:
    pictures = [*records(50, 10, 5, 2, 1), memory_store.record(999)]
    known = labels.labels_of(pictures)
    split = labels.stratified_split(pictures, known)
    assert not set(split.queries) & set(split.index)
    assert len(split.queries) + len(split.index) == 68  # all but the one without a class
    assert known.member[split.queries].sum(axis=0).tolist() == [10, 2, 1, 1, 0]
    assert known.member[split.index].sum(axis=0).tolist() == [40, 8, 4, 1, 1]


def test_stratified_split__same_pictures_same_split_in_any_order() -> None:
    pictures = records(30, 12, 7)
    shuffled = [pictures[at] for at in np.random.default_rng(0).permutation(len(pictures))]

    def names(of: list, seed: int) -> set[str]:
        split = labels.stratified_split(of, labels.labels_of(of), seed=seed)
        return {of[row].file_name for row in split.queries}

    assert names(pictures, 0) == names(shuffled, 0)
    assert names(pictures, 0) != names(pictures, 1)


def test_stratified_split__several_classes_count_for_the_rarest() -> None:
    pictures = [
        memory_store.record(n, categories=("person", "zebra") if n < 4 else ("person",), file_name=f"{n}.jpg")
        for n in range(40)
    ]
    known = labels.labels_of(pictures)
    split = labels.stratified_split(pictures, known)
    assert not known.single
    assert known.classes == ("person", "zebra")
    assert known.member[split.queries, 1].sum() == 1  # a fifth of four zebras, whatever the persons got


@pytest.mark.parametrize("share", [0, 1, -1, float("nan")])
def test_stratified_split__share_that_is_none(share: float) -> None:
    with pytest.raises(errors.QueryError, match="share of queries"):
        labels.stratified_split(records(4), labels.labels_of(records(4)), share=share)
