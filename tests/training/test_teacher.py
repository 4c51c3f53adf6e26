"""What a teacher said is kept: asked once, whole or interrupted. The teacher is the shared one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import TrainingError
from core.progress import silent
from core.training import teacher, views

TEACHERS = Path(__file__).resolve().parents[3] / "shared/data/teachers"
TEACHER = TEACHERS / "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
needs_teacher = pytest.mark.skipif(not TEACHER.is_file(), reason="the shared teacher is not here")


class Counted:
    """Stands in for `teacher.Asked`: the mean colour, and a 4 x 4 map of it."""

    side = 8

    def __init__(self, fails_after: int = 1 << 30) -> None:
        self.calls, self._left = 0, fails_after

    def __call__(self, picture: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
        self.calls += 1
        if self.calls > self._left:
            raise OSError("stopped")
        mean = picture.mean(axis=(0, 1)).astype(np.uint8)
        return [mean, np.tile(mean, (4, 4, 1)) + np.arange(4, dtype=np.uint8)[:, None, None]]


def noise(pictures: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 200, (pictures, 8, 8, 3)).astype(np.uint8)


def test_remembered__asked_once_and_pooled(tmp_path: Path) -> None:
    pixels, crops = noise(5), views.draw_views(5, 2, 0)
    targets = {tmp_path / "a.npy": (3,), tmp_path / "b.npy": (2, 2, 3)}
    first = Counted()
    vectors, maps = teacher.remembered(targets, first, pixels, crops, silent)  # type: ignore[arg-type]
    assert first.calls == 10
    assert vectors.shape == (5, 2, 3)
    assert np.array_equal(vectors[:, 0], pixels.mean(axis=(1, 2)).astype(np.uint8))  # view 0 is the whole picture
    # Rows 0 and 1, and 2 and 3, of the map lie half a step and two and a half above the mean.
    above = maps[:, 0].astype(int) - vectors[:, 0][:, None, None]  # (5, 2, 2, 3)
    assert np.abs(above - np.array([0.5, 2.5])[:, None, None]).max() <= 0.5
    again = Counted()
    teacher.remembered(targets, again, pixels, crops, silent)  # type: ignore[arg-type]
    assert again.calls == 0


def test_remembered__goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teacher, "_AT_A_TIME", 2)
    pixels, crops = noise(6), views.draw_views(6, 1, 0)
    targets = {tmp_path / "a.npy": (3,), tmp_path / "b.npy": (2, 2, 3)}
    with pytest.raises(OSError, match="stopped"):
        teacher.remembered(targets, Counted(fails_after=4), pixels, crops, silent)  # type: ignore[arg-type]
    rest = Counted()
    vectors, _ = teacher.remembered(targets, rest, pixels, crops, silent)  # type: ignore[arg-type]
    assert rest.calls == 2
    assert np.array_equal(vectors[:, 0], pixels.mean(axis=(1, 2)).astype(np.uint8))


@needs_teacher
def test_maps__the_last_ones_mean_is_the_answer(tmp_path: Path) -> None:
    pixels, crops = noise(2), views.draw_views(2, 2, 0, mixed=1)
    answers = teacher.answers(TEACHER, pixels, crops, tmp_path / "a.npy", silent)
    maps = teacher.maps(TEACHER, pixels, crops, tmp_path / "a.npy", silent)
    both, view = np.arange(2), np.array([0, 1])
    inner, last = maps.rows(both, view)
    assert inner.shape == (2, 512, 7, 7)
    assert last.shape == (2, 1024, 7, 7)
    assert np.allclose(last.mean(dim=(2, 3)), answers.rows(both, view), atol=answers.scale)


@needs_teacher
def test_maps__a_teacher_without_them_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teacher, "MAP_SIDE", 5)
    with pytest.raises(TrainingError, match="no two maps"):
        teacher.maps(TEACHER, noise(1), views.draw_views(1, 1, 0), tmp_path / "a.npy", silent)
