"""What can be asked of a collection: the rankings that a text and a picture have in it.

Where one model encodes pictures and texts, everything can be compared. Where the model of the pictures does not read, a
text is compared with captions, if another model read those, and a picture with pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import errors, store
from core.search.hits import Ranking

if TYPE_CHECKING:
    from core.query import Query
    from core.store import Store


TEXT_RANKINGS = (Ranking.IMAGE, Ranking.CAPTION, Ranking.FUSED)
"""Those that a text can ask for where there is everything."""


def text_rankings(opened: Store) -> tuple[Ranking, ...]:
    """The rankings that a text can ask for, the one that uses most last. Raises `NoTextSideError` where no text can be
    asked at all: the model encodes pictures only, and no other one has read captions."""
    with_captions = opened.caption_index.count > 0
    if opened.one_space:
        return TEXT_RANKINGS if with_captions else (Ranking.IMAGE,)
    if with_captions:
        return (Ranking.CAPTION,)
    manifest = opened.manifest
    fix = "it has no captions to search instead; search by picture, or build it with captions or with another model"
    if manifest.captions:
        fix = f"its captions were not encoded; build it again: {store.rebuild_command(manifest, opened.folder)}"
    raise errors.NoTextSideError(f"{_pictures_only(opened)}, and {fix}")


def picture_rankings(opened: Store) -> tuple[Ranking, ...]:
    """The rankings that a picture can ask for, the one that uses most last."""
    return (Ranking.THINGS, *text_rankings(opened)) if opened.one_space else (Ranking.IMAGE,)


def query_rankings(opened: Store, asked: Query) -> tuple[Ranking, ...]:
    """The rankings that a query can ask for, the one it takes by itself last: that of a text for texts alone, and by
    image as soon as there is a picture. Raises `QueryError` for texts and pictures together where they cannot be
    compared, and as `text_rankings`."""
    if not asked.has_pictures:
        return text_rankings(opened)
    if asked.texts:
        check_one_space(opened, "a text cannot be mixed into a picture")
    return (*(by for by in picture_rankings(opened) if by is not Ranking.IMAGE), Ranking.IMAGE)


def model_of(opened: Store, by: Ranking) -> str:
    """The name of the model whose vectors a ranking compares."""
    text = opened.manifest.text_encoder
    return text.spec.model if text and by is Ranking.CAPTION else opened.manifest.encoder.model


def choose(opened: Store, by: str | None, offered: tuple[Ranking, ...]) -> Ranking:
    """The ranking called `by`, None for the last of those `offered`. Raises `QueryError` for any other."""
    if by is None:
        return offered[-1]
    if by not in set(Ranking):
        raise errors.QueryError(f"there is no ranking {by!r}; choose one of {', '.join(Ranking)}")
    if by not in offered:
        check_one_space(opened, f"rank by {offered[-1].value!r} instead of {by!r}")
        if by == Ranking.THINGS:
            raise errors.QueryError(
                f"only a query with a picture can be ranked by 'things'; rank this text by {offered[-1].value!r}"
            )
        raise errors.QueryError(
            f"the collection {opened.manifest.name!r} has no captions, so rank by 'image' instead of {by!r}"
        )
    return Ranking(by)


def check_one_space(opened: Store, consequence: str) -> None:
    """Raise `QueryError` saying the `consequence` where pictures and texts cannot be compared."""
    if not opened.one_space:
        raise errors.QueryError(f"{_pictures_only(opened)}, so {consequence}")


def _pictures_only(opened: Store) -> str:
    manifest = opened.manifest
    return f"the pictures of {manifest.name!r} were encoded with {manifest.encoder.model}, which does not read text"
