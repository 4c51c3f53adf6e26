"""The losses against their definitions, worked out in numpy or by hand."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from core.training import augment, losses, validation, views


def unit(n: int, dim: int, seed: int) -> torch.Tensor:
    return F.normalize(torch.randn(n, dim, generator=torch.Generator().manual_seed(seed)), dim=-1)


def test_contrastive__is_clips_loss_when_all_groups_differ() -> None:
    images, texts, scale = unit(6, 8, 0), unit(6, 8, 1), torch.tensor(10.0)
    logits = scale * images @ texts.T
    labels = torch.arange(6)
    expected = (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2
    assert torch.allclose(losses.contrastive(images, texts, labels, scale), expected, atol=1e-5)


def test_contrastive__same_group_is_not_a_negative() -> None:
    rows = unit(1, 8, 0).repeat(2, 1)
    apart = losses.contrastive(rows, rows, torch.tensor([0, 1]), torch.tensor(50.0))
    together = losses.contrastive(rows, rows, torch.tensor([0, 0]), torch.tensor(50.0))
    assert torch.allclose(apart, together)  # one point cannot tell two captions apart; the group only shares the target
    other = torch.stack([rows[0], -rows[0]])
    assert losses.contrastive(other, other, torch.tensor([0, 0]), torch.tensor(5.0)) > losses.contrastive(
        other, other, torch.tensor([0, 1]), torch.tensor(5.0)
    )


def test_relational__is_zero_for_the_teacher_itself() -> None:
    bank, rows = unit(20, 8, 0), unit(4, 8, 1)
    teacher = losses.attention(rows, bank, 20.0)
    assert float(losses.relational(teacher, teacher)) < 1e-6
    assert float(losses.relational(losses.attention(unit(4, 8, 2), bank, 20.0), teacher)) > 0.01


def test_cosine_gap__runs_from_zero_to_two() -> None:
    rows = unit(3, 8, 0)
    assert abs(float(losses.cosine_gap(rows, rows))) < 1e-6
    assert abs(float(losses.cosine_gap(rows, -rows)) - 2) < 1e-6


def test_hit_rate__ties_count_as_misses() -> None:
    scores = torch.tensor([[0.9, 0.1, 0.2], [0.5, 0.5, 0.5]])
    assert validation.hit_rate(scores, torch.tensor([0, 1]), 1) == 0.5
    assert validation.hit_rate(scores, torch.tensor([0, 1]), 3) == 1.0


def test_crops__whole_box_is_the_picture() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (2, 16, 16, 3), dtype=np.uint8)
    whole = np.tile(np.array([0, 0, 1, 1], np.float32), (2, 1))
    seen = augment.crops(pixels, whole, np.array([False, True]), 16)
    assert np.allclose(seen[0].permute(1, 2, 0).numpy() * 255, pixels[0], atol=0.6)
    assert np.allclose(seen[1].permute(1, 2, 0).numpy() * 255, pixels[1][:, ::-1], atol=0.6)


def test_crops__box_is_what_pillow_would_cut() -> None:
    pixels = np.zeros((1, 16, 16, 3), np.uint8)
    pixels[0, 4:8, 8:12, 0] = 255
    seen = augment.crops(pixels, np.array([[0.5, 0.25, 0.25, 0.25]], np.float32), np.array([False]), 4)
    assert float(seen[0, 0].min()) == 1.0


def test_draw_views__inside_the_picture_and_repeatable() -> None:
    made = views.draw_views(50, 4, 3)
    assert np.array_equal(made.boxes, views.draw_views(50, 4, 3).boxes)
    assert (made.boxes[..., 0] + made.boxes[..., 2] <= 1.0001).all()
    assert (made.boxes >= 0).all()
    area = made.boxes[..., 2] * made.boxes[..., 3]
    assert area.min() > 0.3
    assert (made.boxes[:, 0] == (0, 0, 1, 1)).all()
