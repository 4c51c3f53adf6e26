"""Where pictures belong in the shared space while a picture tower learns and the text tower stands still: where the
teacher would put a photo, towards the name of its label, or among captions and names where no teacher saw a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from core.training import losses, network, regression, things
from core.training.apprentice import Apprentice
from core.training.batches import Part
from core.training.material import Material

CALLED = ("{}", "a {}", "a photo of a {}")
"""What a category may be called in a query: its name's embedding is the mean of these."""
# A scene's first captions are its fullest; the later ones leave things out.
_DRAWN_TEXTS_IN_BANK = 3
# A picture without a teacher belongs at the mean of its captions and so much of the names of what it shows. By those
# photos find it (P@5 of ImageNet's photos, put where the teacher would, among drawings: 0.48 without, 0.64 with), and
# its captions still do (R@1 84.6 and 82.2 %). A labelled photo belongs so much nearer to its name, too.
_NAMES = 0.6
# A student that cannot follow its teacher in everything keeps nearer to the mean photo, and what all photos have in
# common then decides which drawings they find. Its targets lie further out: so much of the mean is taken off.
_OUTWARD = 0.4
# Photos find drawings of the same things by what both are called better than by where the teacher would put them, which
# is near drawings of like surroundings. So a photo belongs towards the names that the teacher's place for it is nearest
# to, and towards those of the classes that the classifier takes it for: so much for all its classes, and so much more
# for those that something drawn is of. P@5 of such places, of things in 300 held-out photos of Flickr8k, among 1,500
# drawings: 0.299 without, 0.365 with the first, 0.403 with all; recall@10 of their captions 76.3, 77.1 and 76.7 %.
_CALLED, _CLASSED, _CLASSED_DRAWN = 0.4, 0.2, 0.3
_CALLED_SCALE = 20.0


@dataclass(frozen=True, slots=True)
class Bank:
    """One text embedding per captioned training picture, `rows` `(m, dim)`; `start` is each source's first row. `names`
    `(c, dim)` are the embeddings of the categories' names, `middle` `(dim,)` the mean of where the teacher puts
    photos. `classes` `(k, dim)` are those of the names of the classifier's classes, each name once, and `folded`
    `(classes, k)` says which class has which name, `drawn` `(classes, c)` which is of which category."""

    rows: Tensor
    start: dict[str, int]
    names: Tensor
    middle: Tensor
    classes: Tensor
    folded: Tensor
    drawn: Tensor
    taught: regression.Regression | None


def make_bank(learner: Apprentice, materials: list[Material], called: Sequence[str] = ()) -> Bank:
    """The mean caption embedding of every captioned picture that a teacher saw. Held-out pictures keep a row (so that
    rows line up) that no picture is near: zeros. `called` are the names of the classifier's classes, in their order."""
    rows, start, total = [], {}, 0
    told: list[regression.Told] = []
    with torch.inference_mode():
        for material in materials:
            if material.answers is None:
                continue
            means = _of_texts(learner, material)
            told.append((material, means.clone()))
            if not material.captioned:
                continue
            means[material.held_out] = 0.0
            start[material.name] = total
            rows.append(means)
            total += len(means)
        context = materials[0].tokens.shape[1]
        names = _of_names(learner, things.names(), context)
        different = list(dict.fromkeys(called))
        classes = _of_names(learner, different, context)
        taught = regression.fit(told)
        middle = _middle(learner, materials, taught)
    return Bank(
        torch.cat(rows).clone() if rows else torch.zeros(0, 1),
        start,
        names.clone(),
        middle.clone(),
        classes.clone(),
        torch.eye(len(different))[[different.index(name) for name in called]],
        torch.from_numpy(things.rows([things.known(name) for name in called])).float(),
        taught,
    )


@torch.no_grad()
def of_teacher(learner: Apprentice, part: Part, view: NDArray[np.int64], bank: Bank) -> Tensor:
    """Where views of pictures that a teacher saw belong, `(n, dim)`: where it would put them, further out, and towards
    what they are called there and by the classifier; a picture whose label is known and that is not blended, also
    towards the names of what it shows."""
    material = part.material
    taught = _taught(learner, material, part.pictures, view, bank.taught)
    further = F.normalize(taught - _OUTWARD * bank.middle, dim=-1) + _called(taught, part, view, bank)
    if material.captioned:
        return F.normalize(further, dim=-1)
    clear = torch.from_numpy(material.views.blend[part.pictures, view] == 0)[:, None]
    return F.normalize(F.normalize(further, dim=-1) + _NAMES * clear * _named(part, bank), dim=-1)


@torch.no_grad()
def of_captions(learner: Apprentice, part: Part, bank: Bank) -> Tensor:
    """Where pictures that no teacher saw belong, `(n, dim)`: among all their captions, towards the names of what they
    show, a name counting for more the fewer pictures of their source show it."""
    material = part.material
    texts = [material.texts_of[picture] for picture in part.pictures]
    said = network.encode_all_tokens(learner.model, material.tokens[np.concatenate(texts)])
    means = torch.stack([own.mean(dim=0) for own in torch.split(said, [len(own) for own in texts])])
    return F.normalize(F.normalize(means, dim=-1) + _NAMES * _named(part, bank), dim=-1)


def _called(taught: Tensor, part: Part, view: NDArray[np.int64], bank: Bank) -> Tensor:
    """The names of what these views show, `(n, dim)`: the nearest to the teacher's places, and the classifier's."""
    called = _CALLED * F.normalize(losses.called(taught, bank.names, _CALLED_SCALE) @ bank.names, dim=-1)
    shown = guessed(part, view, bank)
    if shown is None:
        return called
    assert part.material.classes is not None  # or nothing was guessed
    classed = part.material.classes.rows(part.pictures, view) @ bank.folded @ bank.classes
    called = called + _CLASSED * F.normalize(classed, dim=-1)
    return called + _CLASSED_DRAWN * shown.sum(dim=1, keepdim=True) * F.normalize(shown @ bank.names, dim=-1)


def guessed(part: Part, view: NDArray[np.int64], bank: Bank) -> Tensor | None:
    """What these views show by the classifier's answer, `(n, c)` probabilities of the categories (the rest are of
    things that nothing is drawn of); None where it was not asked or its classes have no names."""
    if part.material.classes is None or not len(bank.drawn):
        return None
    return part.material.classes.rows(part.pictures, view) @ bank.drawn


def _named(part: Part, bank: Bank) -> Tensor:
    """The names of what pictures show, `(n, dim)` unit rows, rare ones first; zeros where nothing is known."""
    rarity = 1.0 / np.sqrt(np.maximum(1, part.material.things.sum(axis=0, dtype=np.int64)))  # (c,)
    shown = torch.from_numpy((part.material.things[part.pictures] * rarity).astype(np.float32))
    return F.normalize(shown @ bank.names, dim=-1)


def _of_texts(learner: Apprentice, material: Material) -> Tensor:
    """The mean embedding of each picture's texts, `(n, dim)` unit rows."""
    kept = [own if material.every_text else own[:_DRAWN_TEXTS_IN_BANK] for own in material.texts_of]
    flat = np.concatenate(kept)
    # Photos with labels say the same few things over and over.
    _, first, again = np.unique(material.said[flat], return_index=True, return_inverse=True)
    encoded = network.encode_all_tokens(learner.model, material.tokens[flat[first]])[torch.from_numpy(again)]
    return torch.stack(
        [F.normalize(own.mean(dim=0), dim=-1) for own in torch.split(encoded, [len(own) for own in kept])]
    )


def _of_names(learner: Apprentice, names: Sequence[str], context: int) -> Tensor:
    """The embeddings of names, `(n, dim)` unit rows, each the mean of what it may be called."""
    if not names:
        return torch.zeros(0, learner.project.out_features)
    tokens = network.tokenise([how.format(name) for name in names for how in CALLED], context)
    encoded = network.encode_all_tokens(learner.model, tokens).view(-1, len(CALLED), learner.project.out_features)
    return F.normalize(encoded.mean(dim=1), dim=-1)


def _middle(learner: Apprentice, materials: list[Material], taught: regression.Regression | None) -> Tensor:
    """The mean place of the training photos' first views, each photo once; zeros where there are none."""
    total, count = torch.zeros(learner.project.out_features), 0
    for material in {material.name: material for material in materials}.values():
        if material.answers is None or material.drawn:
            continue
        for some in np.array_split(material.trained, len(material.trained) // 1000 + 1):
            total += _taught(learner, material, some, np.zeros(len(some), np.int64), taught).sum(dim=0)
        count += len(material.trained)
    return total / max(1, count)


def _taught(
    learner: Apprentice,
    material: Material,
    pictures: NDArray[np.int64],
    view: NDArray[np.int64],
    taught: regression.Regression | None,
) -> Tensor:
    """Where the teachers would put these views of pictures that they saw: without a regression by the projection that
    a text phase taught."""
    if taught is not None:
        return taught.places(material, pictures, view)
    assert material.answers is not None
    return F.normalize(learner.project(material.answers.rows(pictures, view)), dim=-1)
