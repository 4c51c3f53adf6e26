"""Where teachers would put photos, learnt from photos with captions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812

from core.training import regression, teacher
from core.training.material import Material
from tests.training import taught_drawings

WHOLE = np.zeros(12, np.int64)
EVERY = np.arange(12)


def photos(seed: int, classes: int = 0) -> Material:
    """Twelve drawings as if photos that a teacher, and a classifier of so many classes, saw in two views alike."""
    rng = np.random.default_rng(seed)
    own = taught_drawings.as_photos(taught_drawings.scenes(range(12)), 2)
    raw = np.repeat(rng.integers(0, 255, (12, 1, 5)), 2, axis=1)
    seen = teacher.Answers(raw.astype(np.uint8), 1 / 255)
    if not classes:
        return replace(own, answers=seen)
    said = np.zeros((12, 2, classes), np.uint8)
    said[EVERY, :, EVERY % classes] = 250
    return replace(own, answers=seen, classes=teacher.Answers(said, 1 / 250))


def meant(material: Material, weights: torch.Tensor) -> torch.Tensor:
    assert material.answers is not None
    return F.normalize(F.normalize(material.answers.rows(EVERY, WHOLE), dim=-1) @ weights.T, dim=-1)


def test_fit__finds_what_the_features_say() -> None:
    torch.manual_seed(0)
    weights = torch.randn(8, 5)
    known, unseen = photos(0), photos(1)
    found = regression.fit([(known, meant(known, weights))])
    assert found is not None
    assert found.captioned.both is None
    places = found.places(unseen, EVERY, WHOLE)
    assert torch.allclose(places.norm(dim=1), torch.ones(12), atol=1e-5)
    assert float((places * meant(unseen, weights)).sum(dim=1).mean()) > 0.95


def test_fit__held_out_photos_teach_nothing() -> None:
    torch.manual_seed(0)
    own = replace(photos(0), trained=EVERY[:8], held_out=EVERY[8:])
    means = F.normalize(torch.randn(12, 8), dim=-1)
    others = means.clone()
    others[8:] = -others[8:]
    one, other = regression.fit([(own, means)]), regression.fit([(own, others)])
    assert one is not None
    assert other is not None
    assert torch.equal(one.captioned.seen, other.captioned.seen)
    assert regression.fit([(replace(own, trained=EVERY[:0]), means)]) is None
    assert regression.fit([]) is None


def test_fit__classifier_tells_what_the_features_do_not() -> None:
    torch.manual_seed(0)
    asked = photos(0, classes=3)
    means = F.normalize(torch.randn(3, 8), dim=-1)[EVERY % 3]
    found = regression.fit([(asked, means)])
    assert found is not None
    assert found.captioned.both is not None
    assert found.captioned.both.shape == (8, 5 + 3)
    unseen = photos(1, classes=3)
    by_both, by_features = (found.places(own, EVERY, WHOLE) for own in (unseen, replace(unseen, classes=None)))
    assert float((by_both * means).sum(dim=1).mean()) > 0.9
    assert float((by_both * means).sum(dim=1).mean()) > float((by_features * means).sum(dim=1).mean()) + 0.1


def test_fit__photos_with_labels_have_their_own() -> None:
    torch.manual_seed(0)
    one, other = F.normalize(torch.randn(2, 8), dim=-1)
    told = photos(0), replace(photos(0), captioned=False)
    found = regression.fit([(told[0], one.expand(12, 8)), (told[1], other.expand(12, 8))])
    assert found is not None
    with_captions, with_labels = (found.places(material, EVERY, WHOLE) for material in told)
    assert float((with_captions @ one).min()) > 0.9
    # Both have a say in it, in equal parts.
    assert torch.allclose(with_labels @ one, with_labels @ other, atol=0.05)
    assert regression.fit([(told[1], other.expand(12, 8))]) is None  # labels alone do not say where captions lie
