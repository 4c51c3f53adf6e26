"""The losses against their definitions, worked out in numpy or by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from core.training import augment, losses, validation, views


def unit(n: int, dim: int, seed: int) -> torch.Tensor:
    return F.normalize(torch.randn(n, dim, generator=torch.Generator().manual_seed(seed)), dim=-1)


def pairs(images: torch.Tensor, texts: torch.Tensor, groups: torch.Tensor) -> losses.Pairs:
    count = len(images)
    said = torch.arange(count) + 100 * (1 + groups[0])
    return losses.Pairs(images, texts, groups, said, torch.zeros(count, 3), torch.zeros(count, dtype=torch.bool))


def test_contrastive__is_clips_loss_when_all_groups_differ() -> None:
    images, texts, scale = unit(6, 8, 0), unit(6, 8, 1), torch.tensor(10.0)
    logits = scale * images @ texts.T
    labels = torch.arange(6)
    expected = (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2
    assert torch.allclose(losses.contrastive(pairs(images, texts, labels), scale), expected, atol=1e-5)


def test_contrastive__same_group_is_not_a_negative() -> None:
    rows = unit(1, 8, 0).repeat(2, 1)
    apart = losses.contrastive(pairs(rows, rows, torch.tensor([0, 1])), torch.tensor(50.0))
    together = losses.contrastive(pairs(rows, rows, torch.tensor([0, 0])), torch.tensor(50.0))
    assert torch.allclose(apart, together)  # one point cannot tell two captions apart; the group only shares the target
    other = torch.stack([rows[0], -rows[0]])
    scale = torch.tensor(5.0)
    one_group = losses.contrastive(pairs(other, other, torch.tensor([0, 0])), scale)
    assert one_group > losses.contrastive(pairs(other, other, torch.tensor([0, 1])), scale)


def test_contrastive__same_text_is_not_a_negative() -> None:
    images, texts, own = unit(2, 8, 0), unit(2, 8, 1), torch.tensor([0, 1])
    plain = pairs(images, texts, own)
    alike = losses.contrastive(dataclasses.replace(plain, said=torch.tensor([7, 7])), torch.tensor(20.0))
    grouped = losses.contrastive(dataclasses.replace(plain, groups=torch.tensor([0, 0])), torch.tensor(20.0))
    assert torch.allclose(alike, grouped)
    assert not torch.allclose(alike, losses.contrastive(plain, torch.tensor(20.0)))


def test_contrastive__earlier_pairs_are_further_candidates() -> None:
    images, texts, scale = unit(6, 8, 0), unit(6, 8, 1), torch.tensor(10.0)
    numbers = torch.arange(6)
    whole = pairs(images, texts, numbers)
    now, before = whole.taken(slice(4)), whole.taken(slice(4, 6))
    expected = (
        F.cross_entropy(scale * images[:4] @ texts.T, numbers[:4])
        + F.cross_entropy(scale * texts[:4] @ images.T, numbers[:4])
    ) / 2
    assert torch.allclose(losses.contrastive(now, scale, before), expected, atol=1e-5)


def test_joined__keeps_the_newest() -> None:
    whole = losses.joined(
        [pairs(unit(3, 8, 0), unit(3, 8, 1), torch.arange(3)), pairs(unit(2, 8, 2), unit(2, 8, 3), torch.arange(3, 5))],
        4,
    )
    assert whole.groups.tolist() == [1, 2, 3, 4]


def test_across__photos_are_drawn_to_what_they_share() -> None:
    photo, near, far = F.normalize(torch.tensor([[1.0, 0.1], [1.0, 0.0], [0.0, 1.0]]), dim=-1)
    made = pairs(torch.stack([near, far]), unit(2, 2, 0), torch.arange(2))
    drawings = dataclasses.replace(made, things=torch.tensor([[1, 0, 0], [0, 1, 0]]))
    assert losses.across(photo[None], torch.tensor([[1, 0, 0]]), drawings, 10.0) < 0.01
    assert losses.across(photo[None], torch.tensor([[0, 1, 0]]), drawings, 10.0) > 5
    logits = 10.0 * torch.stack([photo @ near, photo @ far])
    both = losses.across(photo[None], torch.tensor([[1, 1, 0]]), drawings, 10.0)
    assert torch.allclose(both, -F.log_softmax(logits, dim=0).mean(), atol=1e-5)


def test_across__a_guess_counts_for_as_much_as_it_is_sure() -> None:
    places = unit(3, 8, 3)
    drawings = dataclasses.replace(pairs(places, places, torch.arange(3)), things=torch.eye(3))

    def told(*shares: float) -> float:
        return float(losses.across(places[:1], torch.tensor([shares]), drawings, 10.0))

    assert told(0, 1, 0) > 1
    assert math.isclose(told(0, 0.1, 0), 0.1 * told(0, 1, 0), rel_tol=1e-5)
    # Several known things are no surer than one.
    assert math.isclose(told(0, 1, 1), (told(0, 1, 0) + told(0, 0, 1)) / 2, rel_tol=1e-5)


def test_called__the_nearest_name_has_most() -> None:
    names = torch.eye(3)
    pictures = F.normalize(torch.tensor([[1.0, 0.2, 0.0], [0.0, 1.0, 1.0]]), dim=-1).requires_grad_()
    said = losses.called(pictures, names)
    assert not said.requires_grad  # what a picture is called is taken as it is
    assert torch.allclose(said.sum(dim=1), torch.ones(2))
    assert said[0, 0] > 0.99
    assert torch.allclose(said[1], torch.tensor([0.0, 0.5, 0.5]), atol=1e-3)


def test_across__nothing_shared_costs_nothing() -> None:
    drawings = pairs(unit(3, 2, 0), unit(3, 2, 1), torch.arange(3))
    assert float(losses.across(unit(1, 2, 3), torch.ones(1, 3), drawings, 10.0)) == 0.0


def test_class_gap__is_cross_entropy_for_one_hot() -> None:
    logits = torch.randn(4, 5, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(
        losses.class_gap(logits, F.one_hot(torch.tensor([1, 0, 4, 2]), 5) * 0.98),
        F.cross_entropy(logits, torch.tensor([1, 0, 4, 2])),
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


def test_map_gap__is_feature_gap_at_the_smaller_side() -> None:
    rng = torch.Generator().manual_seed(0)
    guess, wanted = torch.rand(2, 3, 4, 4, generator=rng), torch.rand(2, 3, 2, 2, generator=rng)
    means = guess.view(2, 3, 2, 2, 2, 2).mean(dim=(3, 5))
    assert torch.allclose(losses.map_gap(guess, wanted), losses.feature_gap(means, wanted))
    assert torch.allclose(losses.map_gap(wanted, guess), losses.feature_gap(wanted, means))
    assert float(losses.map_gap(wanted, wanted)) == 0.0


def test_others__leaves_the_row_itself_out() -> None:
    rows = unit(5, 8, 3)
    spread = losses.others(rows, 20.0)
    assert spread.shape == (5, 4)
    expected = F.log_softmax(20.0 * (rows[1] @ rows[[0, 2, 3, 4]].T), dim=0)
    assert torch.allclose(spread[1], expected, atol=1e-5)


def test_kinship__nothing_to_learn_where_the_neighbours_agree() -> None:
    rows = unit(6, 8, 3)
    turned = rows @ torch.linalg.qr(torch.randn(8, 8, generator=torch.Generator().manual_seed(1))).Q
    assert losses.kinship(turned, rows) < 1e-5  # a rotation keeps all cosines
    assert losses.kinship(unit(6, 8, 4), rows) > 0.1


def test_naming__both_ways_by_hand() -> None:
    images, names, scale = unit(3, 8, 0), unit(4, 8, 1), 10.0
    shows = torch.tensor([[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    # One picture shows the first thing, two the second: of the picture with both, the first has the larger share.
    first = 1 / (1 + 2**-0.5)
    often = torch.tensor([1 + first, 1 + 2 - first, 1, 1]) / (2 + 4)
    calls = F.log_softmax(scale * images @ names.T + often.log(), dim=1)
    finds = F.log_softmax(scale * names @ images.T, dim=1)
    calling = -(first * calls[0, 0] + (1 - first) * calls[0, 1] + calls[1, 1]) / 2
    finding = -(finds[0, 0] + (finds[1, 0] + finds[1, 1]) / 2) / 2
    assert torch.allclose(losses.naming(images, shows, names, scale), (calling + finding) / 2, atol=1e-5)


def test_naming__earlier_pictures_are_candidates_of_a_name() -> None:
    images, names = unit(5, 8, 0), unit(2, 8, 1)
    shows = torch.tensor([[1, 0], [0, 1], [1, 0], [0, 0], [0, 1]])
    before = dataclasses.replace(pairs(images[2:], images[2:], torch.arange(3)), things=shows[2:])
    calls = -F.log_softmax(10.0 * images[:2] @ names.T, dim=1)[[0, 1], [0, 1]].mean()  # each is wanted twice
    finds = F.log_softmax(10.0 * names @ images.T, dim=1)
    found = -((finds[0, 0] + finds[0, 2]) / 2 + (finds[1, 1] + finds[1, 4]) / 2) / 2
    assert torch.allclose(losses.naming(images[:2], shows[:2], names, 10.0, before), (calls + found) / 2, atol=1e-5)


def test_naming__nothing_known_is_no_lesson() -> None:
    assert losses.naming(unit(3, 8, 0), torch.zeros(3, 4), unit(4, 8, 1), 10.0) == 0
