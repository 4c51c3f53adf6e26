"""What one batch teaches: the loss of each kind of phase."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from core.training import apprentice, batches, losses, network, targets, things
from core.training.apprentice import Apprentice, Look
from core.training.batches import Part
from core.training.material import clear_views
from core.training.recipe import Phase
from core.training.targets import Bank

# The inverse temperature at which student and teacher compare their views of the caption bank: soft enough that more
# than the first few captions count.
_BANK_SCALE = 20.0
# Drawn scenes differ from each other by one object or its colour: the nearest wrong caption is what counts.
DRAWN_SCALE = 40.0
_COSINE, _FEATURES, _CLASSES = 4.0, 1.0, 0.5
# A picture without a teacher and its place among its captions and names.
_PLACE = 10.0
# Photos find drawings of the same things: the inverse temperature.
_ACROSS_SCALE = 20.0
# Pictures and the bare names of what they show, which anchor photos and drawings alike: the inverse temperature.
NAMING_SCALE = 20.0
# Photos find drawings of what they are called: the inverse temperature. By their names photos find drawings of what
# they show better than by where they lie (P@5 among 2,500 drawings of held-out photos of Flickr8k 0.22 and 0.13, of
# Tiny ImageNet 0.48 and 0.46, of placed things 0.11 and 0.10), so the places learn from the names: 0.18, 0.46 and 0.12
# afterwards (the last layers alone, six epochs).
CALLED_SCALE = 20.0
# Neighbours by the teacher's features stay neighbours, though no caption tells them from others: its share.
_KINSHIP = 1.0
# In a contrast phase: pictures and captions, against what the teachers say. At 1 the teachers' word was forgotten.
_PAIRS = 0.5
# A share of words is replaced by other words of the batch, so that no caption is learnt by heart.
_WORD_NOISE = 0.1
_FEATURE_DROPOUT = 0.1


def text_loss(learner: Apprentice, parts: list[Part], phase: Phase, rng: np.random.Generator) -> Tensor:
    """Teacher's features through its projection, or another caption of the same picture, against the captions."""
    seen, tokens, taught, answers = [], [], [], []
    for part in parts:
        material = part.material
        if material.answers is not None:
            # A blended view shows two pictures; the captions speak of one.
            view = rng.integers(0, clear_views(material), len(part.pictures))
            features = material.answers.rows(part.pictures, view)
            seen.append(F.normalize(learner.project(F.dropout(features, _FEATURE_DROPOUT)), dim=-1))
            taught.append(seen[-1])
            answers.append(F.normalize(features, dim=-1))
        else:
            other = np.array([rng.choice(material.texts_of[picture]) for picture in part.pictures])
            seen.append(network.encode_tokens(learner.model, _noisy(material.tokens[other], rng)))
        tokens.append(material.tokens[part.texts])
    said = network.encode_tokens(learner.model, _noisy(torch.cat(tokens), rng))
    pairs = pairs_of(torch.cat(seen), said, parts)
    # Each among its own kind: told apart from photos' captions, drawings' would gather on a side of their own, where no
    # photo finds them.
    loss = phase.naming * losses.naming(pairs.images, pairs.things, _names(learner, parts, rng), NAMING_SCALE)
    for kind in (pairs.drawn, ~pairs.drawn):
        own = pairs.taken(kind)
        if len(own) > 1:
            loss = loss + len(own) / len(pairs) * losses.contrastive(own, _scale(learner))
    if sum(map(len, taught)) > 1:
        loss = loss + _KINSHIP * losses.kinship(torch.cat(taught), torch.cat(answers))
    return loss


def distil_loss(
    learner: Apprentice,
    parts: list[Part],
    bank: Bank,
    phase: Phase,
    rng: np.random.Generator,
    *,
    earlier: losses.Pairs | None,
) -> tuple[Tensor, losses.Pairs | None]:
    """The student's view of a crop against the teacher's view of the same crop, and against the captions; the text
    tower stands still. Pictures without a teacher learn their place from their captions and are told apart by them.
    The drawings among them, and photos of known things, come back for the `earlier` ones of later batches."""
    view = batches.choose_views(parts, rng)
    pixels = batches.pixels(parts, view, phase.side, rng, coarse=phase.coarse, flat=phase.flat)
    look = apprentice.look(learner, pixels, bfloat16=phase.bfloat16, maps=phase.maps > 0)
    student = look.student
    loss = phase.naming * _named(parts, view, student, bank, earlier)
    untaught: list[tuple[Part, slice]] = []
    kin: list[tuple[Tensor, Tensor]] = []
    for part, chosen, mine in batches.slices(parts, view):
        share = len(part.pictures) / len(student)
        if part.material.answers is None:
            untaught.append((part, mine))
            continue
        taught = _lesson(learner, part, chosen, look.taken(mine), bank=bank, phase=phase)
        clear = torch.from_numpy(part.material.views.blend[part.pictures, chosen] == 0)
        if part.material.name in bank.start and bool(clear.any()):
            own = torch.from_numpy(part.pictures + bank.start[part.material.name])
            # A photo's few captions are easily learnt by heart: they weigh little.
            spread = losses.attention(student[mine][clear], bank.rows, _BANK_SCALE)
            taught = taught + 0.3 * losses.own_match(spread, own[clear])
        loss = loss + share * taught
        kin.append((student[mine], F.normalize(part.material.answers.rows(part.pictures, chosen), dim=-1)))
    if sum(len(own) for own, _ in kin) > 1:
        loss = loss + _KINSHIP * losses.kinship(*(torch.cat(rows) for rows in zip(*kin, strict=True)))
    if not untaught:
        return loss, None
    photos = _known_photos(parts, view, student)
    seen = torch.cat([student[mine] for _, mine in untaught])
    own, drawings = _told_apart(
        learner, [part for part, _ in untaught], seen, photos, earlier=earlier, across=phase.across
    )
    known = _and_earlier(drawings, _drawn(earlier))
    if phase.guessed:
        own = own + phase.guessed * _guessed(parts, view, student, bank, known)
    if phase.called:
        own = own + phase.called * _called(parts, view, student, bank, known)
    wanted = torch.cat([targets.of_captions(learner, part, bank) for part, _ in untaught])
    own = own + len(seen) * _PLACE * losses.cosine_gap(seen, wanted)
    return loss + own / len(student), losses.joined([drawings, photos], len(drawings) + len(photos)).detached()


def contrast_loss(
    learner: Apprentice,
    parts: list[Part],
    bank: Bank,
    phase: Phase,
    rng: np.random.Generator,
    *,
    earlier: losses.Pairs | None,
) -> tuple[Tensor, losses.Pairs]:
    """Pictures against captions with both towers learning; the teacher, where there is one, keeps a say, and its
    projection follows the captions. The batch's pairs come back for the `earlier` ones of later batches."""
    view = batches.choose_views(parts, rng)
    pixels = batches.pixels(parts, view, phase.side, rng)
    look = apprentice.look(learner, pixels, bfloat16=phase.bfloat16, maps=phase.maps > 0)
    student = look.student
    tokens = torch.cat([part.material.tokens[part.texts] for part in parts])
    said = network.encode_tokens(learner.model, _noisy(tokens, rng))
    pairs = pairs_of(student, said, parts)
    clear = _unblended(parts, view)
    plain = pairs.taken(clear)
    loss = _PAIRS * losses.contrastive(plain, _scale(learner), earlier)
    known = _and_earlier(plain, earlier)
    photos = plain.taken(~plain.drawn)
    drawings = known.taken(known.drawn)
    loss = loss + phase.across * losses.across(photos.images.detach(), photos.things, drawings, _ACROSS_SCALE)
    for part, chosen, mine in batches.slices(parts, view):
        if part.material.answers is None:
            continue
        share = len(part.pictures) / len(student)
        loss = loss + share * _lesson(learner, part, chosen, look.taken(mine), bank=bank, phase=phase)
        target = F.normalize(learner.project(part.material.answers.rows(part.pictures, chosen)), dim=-1)
        own = clear[mine]
        if int(own.sum()) > 1:
            taught = replace(pairs.taken(mine), images=target).taken(own)
            loss = loss + share * _PAIRS * losses.contrastive(taught, _scale(learner))
    return loss, plain.detached()


def _named(
    parts: list[Part], view: list[NDArray[np.int64]], student: Tensor, bank: Bank, earlier: losses.Pairs | None
) -> Tensor:
    """Unblended views against the names of what they show."""
    clear = _unblended(parts, view)
    shown = torch.from_numpy(np.concatenate([part.material.things[part.pictures] for part in parts]))
    return losses.naming(student[clear], shown[clear], bank.names, NAMING_SCALE, earlier)


def _told_apart(
    learner: Apprentice,
    parts: list[Part],
    seen: Tensor,
    photos: losses.Pairs,
    *,
    earlier: losses.Pairs | None,
    across: float,
) -> tuple[Tensor, losses.Pairs]:
    """Pictures without a teacher, `seen` `(n, dim)`, against their captions if they have any beside their names, and,
    with so much weight, drawings against `photos` of the same things: the sum over all of them, and the drawings."""
    with torch.no_grad():
        said = network.encode_tokens(learner.model, torch.cat([part.material.tokens[part.texts] for part in parts]))
    pairs = pairs_of(seen, said, parts)
    drawings = pairs.taken(pairs.drawn)
    drawn_before, photos_before = _drawn(earlier), _photographed(earlier)
    captioned = np.concatenate([np.full(len(part.pictures), part.material.captioned) for part in parts])
    told = pairs.taken(torch.from_numpy(captioned))
    loss = torch.zeros(())
    if len(told):
        loss = len(told) * losses.contrastive(told, torch.tensor(DRAWN_SCALE), drawn_before)
    # Both move: drawings alone cannot come to photos that lie where their places are told apart, not their things.
    known = _and_earlier(photos, photos_before)
    loss = loss + len(drawings) * across * losses.across(drawings.images, drawings.things, known, _ACROSS_SCALE)
    known = _and_earlier(drawings, drawn_before)
    loss = loss + len(photos) * across * losses.across(photos.images, photos.things, known, _ACROSS_SCALE)
    return loss, drawings


def _guessed(
    parts: list[Part], view: list[NDArray[np.int64]], student: Tensor, bank: Bank, drawings: losses.Pairs
) -> Tensor:
    """Views of photos against drawings of what the classifier takes them for: the sum over all that it was asked about.
    No label is needed, and things that no photo has as its label are guessed, faintly, in photos of others."""
    seen = [
        (student[mine], shown)
        for part, chosen, mine in batches.slices(parts, view)
        if (shown := targets.guessed(part, chosen, bank)) is not None
    ]
    if not seen:
        return torch.zeros(())
    pictures, shown = (torch.cat(rows) for rows in zip(*seen, strict=True))
    return len(pictures) * losses.across(pictures, shown, drawings, _ACROSS_SCALE)


def _called(
    parts: list[Part], view: list[NDArray[np.int64]], student: Tensor, bank: Bank, drawings: losses.Pairs
) -> Tensor:
    """Unblended views of photos against drawings of what they are called now: the sum over all of them."""
    photo = np.concatenate([np.full(len(part.pictures), not part.material.drawn) for part in parts])
    photos = student[_unblended(parts, view) & torch.from_numpy(photo)]
    return len(photos) * losses.across(photos, losses.called(photos, bank.names), drawings, CALLED_SCALE)


def _names(learner: Apprentice, parts: list[Part], rng: np.random.Generator) -> Tensor:
    """What the text tower makes of the categories' names, `(c, dim)`, all called in one way."""
    return network.encode_tokens(
        learner.model, _name_tokens(str(rng.choice(targets.CALLED)), parts[0].material.tokens.shape[1])
    )


@cache
def _name_tokens(how: str, context: int) -> Tensor:
    return network.tokenise([how.format(name) for name in things.names()], context)


def _known_photos(parts: list[Part], view: list[NDArray[np.int64]], student: Tensor) -> losses.Pairs:
    """The unblended views of photos that show a known thing. Their texts are not looked at and not encoded."""
    pairs = pairs_of(student, torch.zeros_like(student), parts)
    return pairs.taken(_unblended(parts, view) & ~pairs.drawn & (pairs.things.sum(dim=1) > 0))


def _unblended(parts: list[Part], view: list[NDArray[np.int64]]) -> Tensor:
    """`(n,)` True for views that show one picture alone."""
    blends = [part.material.views.blend[part.pictures, chosen] for part, chosen in zip(parts, view, strict=True)]
    return torch.from_numpy(np.concatenate(blends) == 0)


def _drawn(pairs: losses.Pairs | None) -> losses.Pairs | None:
    return None if pairs is None else pairs.taken(pairs.drawn)


def _photographed(pairs: losses.Pairs | None) -> losses.Pairs | None:
    return None if pairs is None else pairs.taken(~pairs.drawn)


def _and_earlier(pairs: losses.Pairs, earlier: losses.Pairs | None) -> losses.Pairs:
    return pairs if earlier is None else losses.joined([pairs, earlier], len(pairs) + len(earlier))


def _lesson(
    learner: Apprentice, part: Part, view: NDArray[np.int64], look: Look, *, bank: Bank, phase: Phase
) -> Tensor:
    """What the teachers say about these views against what the student makes of them."""
    assert part.material.answers is not None
    wanted = part.material.answers.rows(part.pictures, view)
    target = targets.of_teacher(learner, part, view, bank)
    loss = _COSINE * losses.cosine_gap(look.student, target)
    loss = loss + phase.guesses * _FEATURES * losses.feature_gap(learner.guess(look.features), wanted)
    if look.maps and part.material.maps is not None and learner.places is not None:
        loss = loss + phase.maps * learner.places.gap(look.maps, part.material.maps.rows(part.pictures, view))
    if len(bank.rows):
        spread = losses.attention(look.student, bank.rows, _BANK_SCALE)  # (n, m)
        loss = loss + losses.relational(spread, losses.attention(target, bank.rows, _BANK_SCALE))
    if part.material.classes is not None:
        probabilities = part.material.classes.rows(part.pictures, view)
        loss = loss + phase.guesses * _CLASSES * losses.class_gap(learner.classify(look.features), probabilities)
        if phase.classes:
            named = probabilities @ bank.folded
            loss = loss + phase.classes * losses.class_gap(NAMING_SCALE * look.student @ bank.classes.T, named)
    return loss


def pairs_of(images: Tensor, texts: Tensor, parts: list[Part]) -> losses.Pairs:
    """Unit rows `(n, dim)` of a batch's pictures and texts, with what is known of each."""
    # Picture 3 of one source has nothing to do with picture 3 of another: the source's name goes into the number.
    groups = [part.material.groups[part.pictures] + part.material.offset for part in parts]
    said = [part.material.said[part.texts] for part in parts]
    drawn = [np.full(len(part.pictures), part.material.drawn) for part in parts]
    shown = [part.material.things[part.pictures] for part in parts]
    return losses.Pairs(images, texts, *(torch.from_numpy(np.concatenate(own)) for own in (groups, said, shown, drawn)))


def _noisy(tokens: Tensor, rng: np.random.Generator) -> Tensor:
    """Some words replaced by words of other captions; the begin and end marks and the padding stay."""
    words = (tokens > 0) & (tokens < network.VOCABULARY - 2)
    struck = torch.from_numpy(rng.random(tokens.shape) < _WORD_NOISE) & words
    pool = tokens[words]
    drawn = pool[torch.from_numpy(rng.integers(0, len(pool), int(struck.sum())))]
    noisy = tokens.clone()
    noisy[struck] = drawn
    return noisy


def _scale(learner: Apprentice) -> Tensor:
    # Capped as CLIP's is: past 100 the loss looks at the nearest negative alone and training turns unstable.
    scale: Tensor = learner.model.logit_scale.exp().clamp(max=100.0)
    return scale
