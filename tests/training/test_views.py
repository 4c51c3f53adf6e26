"""Views: the same each time, some of them blended, and seen alike by teacher and student."""

from __future__ import annotations

import numpy as np
import torch

from core.training import augment, batches, teacher, views
from tests.training import taught_drawings


def test_draw_views__same_arguments_same_views() -> None:
    first, second = views.draw_views(9, 5, 3, mixed=2), views.draw_views(9, 5, 3, mixed=2)
    assert np.array_equal(first.boxes, second.boxes)
    assert np.array_equal(first.partner, second.partner)
    assert np.array_equal(first.blend, second.blend)


def test_draw_views__the_last_ones_are_blended() -> None:
    drawn = views.draw_views(50, 5, 3, mixed=2)
    assert not drawn.blend[:, :3].any()
    assert (drawn.blend[:, 3:] >= 0.1).all()
    assert (drawn.blend <= 0.5).all()
    assert (drawn.partner < 50).all()


def test_draw_views__crops_cover_what_they_are_asked_to() -> None:
    """The first of each is the whole picture."""
    for smallest in (0.1, views.SMALLEST):
        drawn = views.draw_views(300, 4, 3, smallest=smallest)
        area = np.prod(drawn.boxes[:, 1:, 2:], axis=-1)
        assert smallest - 1e-6 <= area.min() < smallest + 0.05
        assert (drawn.boxes[..., :2] + drawn.boxes[..., 2:] <= 1 + 1e-6).all()


def test_draw_views__the_first_one_stays_whole_and_clear() -> None:
    drawn = views.draw_views(10, 2, 3, mixed=2)
    assert np.array_equal(drawn.boxes[:, 0], np.tile([0, 0, 1, 1], (10, 1)))
    assert not drawn.blend[:, 0].any()


def test_blended_view__teacher_and_student_see_the_same() -> None:
    """One of them resamples with Pillow, the other with torch: smooth pictures come out nearly alike."""
    ramp = np.linspace(0, 255, 64)
    across, down = np.meshgrid(ramp, ramp)
    picture = np.stack([across, down, 255 - across], axis=-1).astype(np.uint8)
    pixels = np.stack([picture, picture[:, ::-1], 255 - picture])
    drawn = views.draw_views(3, 4, 5, mixed=2)
    for number in range(3):
        for view in range(4):
            shown = teacher.seen(pixels, drawn, number, view, 64)
            learnt = batches.crops(pixels, drawn, np.array([number]), np.array([view]), 64)
            assert np.abs(learnt[0].permute(1, 2, 0).numpy() * 255 - shown).max() < 8


def test_coarsen__marked_pictures_lose_what_is_finer_than_two_pixels() -> None:
    stripes = torch.zeros(2, 3, 8, 8)
    stripes[..., ::2] = 1.0
    seen = augment.coarsen(stripes, torch.tensor([True, False]))
    assert torch.allclose(seen[0], torch.full((3, 8, 8), 0.5))
    assert torch.equal(seen[1], stripes[1])
    assert torch.equal(stripes[0, 0, 0], torch.tensor([1.0, 0.0] * 4))  # what was given stays as it is


def test_flatten__marked_pictures_lose_their_grain_and_keep_their_edges() -> None:
    grain = torch.from_numpy(np.random.default_rng(0).uniform(-0.1, 0.1, (2, 3, 32, 32)).astype(np.float32))
    halves = (torch.arange(32) >= 16).float().mul(0.6).add(0.2).expand(2, 3, 32, 32) + grain
    seen = augment.flatten(halves, torch.tensor([True, False]))
    assert torch.equal(seen[1], halves[1])
    assert float(seen[0, :, :, :16].std()) < 0.6 * float(halves[0, :, :, :16].std())
    step = seen[0, :, :, 16] - seen[0, :, :, 15]
    assert float(step.min()) > 0.4  # a mean over both sides would have made a slope of it
    assert torch.allclose(augment.flatten(torch.full((1, 3, 8, 8), 0.3), torch.tensor([True])), torch.tensor(0.3))


def test_pixels__photos_alone_are_flattened() -> None:
    drawings = taught_drawings.scenes(range(2))
    parts = [taught_drawings.whole(taught_drawings.as_photos(drawings, 1)), taught_drawings.whole(drawings)]
    first = [np.zeros(2, np.int64)] * 2
    plain, flat = (batches.pixels(parts, first, 32, np.random.default_rng(5), flat=share) for share in (1e-9, 1.0))
    assert not torch.equal(plain[:2], flat[:2])
    assert torch.equal(plain[2:], flat[2:])
