"""The open collection itself: its store, its models, and every question that can be asked of the two."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypedDict, Unpack

import numpy as np

from core import browsing, errors, explain, export, facets, images, query_vectors, search
from core.collection.models import Models
from core.query import File, Handed, Known, Query, Subject, Term, Text, parse
from core.records import ImageRecord

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    # By name: inside the class, `search` and `explain` are its own methods.
    from core.encoder import Encoder
    from core.explain import Explanation
    from core.search import CaptionHit, Filters, Ranking, SearchHit, SearchResult, Things
    from core.store import Store

    Picture: TypeAlias = Path | str | bytes | Image

DEFAULT_K = 12


class FilterWords(TypedDict, total=False):
    """Which pictures may be found, in every question: those with any of the categories (in any letter case), whose
    file name contains `file_contains` (letter case aside), and whose licence id is one of `license`."""

    category: str | Iterable[str] | None
    file_contains: str
    license: int | Iterable[int] | None


class Collection:
    """An open collection; get one from `open_collection`. Answers from memory, whatever is rebuilt on disk meanwhile,
    and is safe to share between threads.

    `store` holds what it was opened from: `records` (`ImageRecord`s in row order), `captions`, `categories`,
    `licenses`, the vectors (`image_index.vectors()`, float32 `(n, dim)`, unit rows) and the `manifest`.
    """

    def __init__(self, opened: Store, *, device: str, cache: Path, loaded: Encoder | None = None) -> None:
        self.store = opened
        self._cache = cache
        self._models = Models(opened, device, loaded)

    def __repr__(self) -> str:
        counts = f"{len(self.store.records):,} pictures, {len(self.store.captions):,} captions"
        return f"<Collection {self.name!r}: {counts}, {self.store.manifest.encoder.model}>"

    @property
    def name(self) -> str:
        """The collection's name: that of its folder, not the title that people see."""
        return self.store.manifest.name

    @property
    def encoder(self) -> Encoder:
        """The model of the pictures, loaded at first use. Raises `EncoderError`, or `StoreMisfitError` when what is
        loaded under its name is no longer what the collection was built with."""
        return self._models.pictures

    @property
    def text_encoder(self) -> Encoder:
        """The model of text queries: that of the pictures, or of the captions where the other does not read. Raises as
        `encoder` does."""
        return self._models.texts

    def browse(
        self, where: str = "", order: str = browsing.Order.ID, seed: int = 0, *, reverse: bool = False
    ) -> browsing.Listing:
        """The pictures that pass a filter such as `category:dog -"on a beach" width>640` (see `core.facets.parse`; ""
        is all of them), with how many each value of a facet would leave. `order` is one of `core.browsing.Order`:
        "id", "file", "objects", "captions", "words", "largest" or "random" (by `seed`). Raises `QuerySyntaxError` for
        a filter that cannot be read, and `QueryError` for values that no picture has and for another order."""
        if order not in list(browsing.Order):
            raise errors.QueryError(f"no order is called {order!a}; choose one of {', '.join(browsing.Order)}")
        return browsing.browse(self._columns, facets.parse(where), browsing.Order(order), seed, reverse=reverse)

    def listed(self, records: Sequence[ImageRecord], asked: str = "") -> export.Listed:
        """Pictures of the collection with its categories and licences: what `core.export` writes as CSV, JSON and COCO
        files. `asked` is the query or filter that found them, for the record."""
        return export.Listed(self.name, records, self.store.categories, self.store.licenses, asked)

    def query(
        self, asked: Query | str, k: int = DEFAULT_K, by: str | None = None, **filters: Unpack[FilterWords]
    ) -> SearchResult:
        """The `k` pictures that fit a query best: terms, or their typed form such as `2*dog + beach - person`.

        The terms' unit vectors are added up by weight; a score is the cosine with that sum, -1 to 1, and the parts of a
        hit say what each term adds to it. Pictures of the collection among the terms are left out. `k` is brought into
        the range from 1 to the number of pictures that pass. `by` is "image", "caption" or "fused", and "things" where
        there is a picture among the terms; None takes "image" where there is a picture among the terms, else as
        `search`. `filters` are those of `FilterWords`. Raises `QuerySyntaxError` for what cannot be read; `QueryError`
        for terms that cancel each other out and for texts with pictures where the model of the pictures does not read;
        `PictureError` for a file that cannot be used; and as `search`.
        """
        composed = parse(asked) if isinstance(asked, str) else asked
        for image_id in composed.known_ids:
            self.store.row_of(image_id)
        ranking = search.choose_ranking(self.store, by, search.query_rankings(self.store, composed))
        return self._ask(composed, k, ranking, search.filters_of(self.store, **filters))

    def search(
        self, text: str, k: int = DEFAULT_K, by: str | None = None, **filters: Unpack[FilterWords]
    ) -> SearchResult:
        """The `k` pictures that fit a text best. The text is taken as it is: signs in it are words.

        `by` is "image", "caption" or "fused"; None takes "fused" where there are captions, else "image". Where the
        model of the pictures does not read, only "caption" is possible. `filters` are those of `FilterWords`.
        Raises `QueryError` for an empty text and for names that the collection does not have, and `NoTextSideError`
        where neither that model nor another one of the captions reads.
        """
        return self.query(Query((Term(Text(text)),)), k, by, **filters)

    def search_image(
        self,
        picture: Picture,
        k: int = DEFAULT_K,
        by: str | None = "image",
        *,
        text: str = "",
        **filters: Unpack[FilterWords],
    ) -> SearchResult:
        """The `k` pictures most like another one: a file, its bytes, or a Pillow image. A `text` is mixed in, counting
        as much as the picture. `by` "things" also finds what shows the same things and looks
        different, as a drawing does. Where the model does not read, only "image" is possible and no text. Raises
        `PictureError` for one that cannot be read, and as `search` does."""
        subject = File(str(picture)) if isinstance(picture, (Path, str)) else Handed(picture)
        return self.query(_mixed(subject, text), k, self._picture_ranking(by), **filters)

    def similar_to(
        self,
        image_id: int,
        k: int = DEFAULT_K,
        by: str | None = "image",
        *,
        text: str = "",
        **filters: Unpack[FilterWords],
    ) -> SearchResult:
        """The `k` pictures most like one of the collection, itself left out. Needs the model only for a `text`, which
        is mixed in as by `search_image`, and by "things". Raises `QueryError` when there is no such picture, and as
        `search` does."""
        return self.query(_mixed(Known(image_id), text), k, self._picture_ranking(by), **filters)

    def captions_for(self, picture: Picture, k: int = DEFAULT_K) -> tuple[CaptionHit, ...]:
        """The `k` captions of the collection that fit a picture best. Raises `QueryError` where the model of the
        pictures does not read."""
        search.check_one_space(self.store, "captions cannot be ranked by a picture")
        subject = File(str(picture)) if isinstance(picture, (Path, str)) else Handed(picture)
        vectors, _ = query_vectors.of_query(Query((Term(subject),)), self.store, self)
        return search.rank_captions(self.store, vectors[0], k=k)

    def captions_near(self, image_id: int, k: int = DEFAULT_K) -> tuple[CaptionHit, ...]:
        """The `k` captions that fit a picture of the collection best, its own among them. Raises as `captions_for`."""
        search.check_one_space(self.store, "captions cannot be ranked by a picture")
        return search.rank_captions(self.store, self._vector_of(self.store.row_of(image_id)), k=k)

    def explain(self, image_id: int, asked: Query | str, *, finer: bool = False) -> tuple[Explanation, ...]:
        """Where in a picture of the collection each term of a query finds what makes it match by the picture ranking:
        see `core.explain`. The terms' totals add up to the score. `finer` reads the picture at larger sizes where the
        model allows that, and tells texts apart from an ordinary caption of the collection, which points better but
        splits another score. Raises `QueryError` for an unknown picture and
        where the model of the pictures does not read texts, `PictureError` for a file that can no longer be read, and
        as `query` does."""
        composed = parse(asked) if isinstance(asked, str) else asked
        if composed.texts:
            search.check_one_space(self.store, "no place of a picture can be compared with a text")
        picture = self.picture(image_id)
        vectors, _ = query_vectors.of_query(composed, self.store, self)
        weighted = search.compose(vectors, [term.weight for term in composed.terms]).terms
        parts = [
            explain.Term(search.shown_subject(self.store, term), vector, float(share @ vector))
            for term, vector, share in zip(composed.terms, vectors, weighted, strict=True)
        ]
        if not finer:
            return explain.explain(self.encoder, picture, parts)
        ordinary = query_vectors.ordinary_text(self.store)
        told_apart = [
            replace(part, ordinary=ordinary) if term.is_text else part
            for part, term in zip(parts, composed.terms, strict=True)
        ]
        return explain.look_closer(self.encoder, picture, told_apart)

    def picture(self, image_id: int) -> Image:
        """A picture of the collection as it was encoded: upright RGB, large ones made smaller. Raises `QueryError`
        where there is none of that number, `PictureError` where its file cannot be read."""
        record = self.store.records[self.store.row_of(image_id)]
        try:
            return images.open_for_encoder(self.store.picture_path(record), self.store.manifest.encoder.image_size)
        except errors.PictureError as error:
            raise type(error)(f"the picture {image_id} ({record.file_name}) cannot be read: {error}") from error

    def thumbnail(self, record: ImageRecord, side: int = 320) -> bytes | None:
        """The picture as WebP, at most `side` pixels; None when its file is missing or cannot be read."""
        try:
            return images.cached_thumbnail(self.store.picture_path(record), side, self._cache)
        except (errors.PictureError, errors.UnsafePathError, OSError):
            return None

    @cached_property
    def _columns(self) -> facets.Columns:
        opened = self.store
        return facets.Columns.build(opened.records, opened.categories, opened.licenses)

    @cached_property
    def _things(self) -> Things:
        return search.name_things(self.store, self.encoder)

    def _vector_of(self, row: int) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self.store.image_index.vectors_at(np.array([row]))[0]
        return vector

    def _ask(self, asked: Query, k: int, by: Ranking, filters: Filters) -> SearchResult:
        opened = self.store
        vectors, encoding = query_vectors.of_query(asked, opened, self)
        things = self._things if by is search.Ranking.THINGS else None
        started = time.perf_counter()
        weights = [term.weight for term in asked.terms]
        composed = search.compose(vectors, weights)
        allowed = search.allowed_rows(opened, filters, ())
        ranked = search.rank(
            opened,
            composed.vector,
            k=k,
            by=by,
            allowed=search.without(opened, allowed, asked.known_ids),
            terms=composed.terms,
            wording=search.wording(opened, asked, scored=by is search.Ranking.FUSED),
            asked=None if things is None else search.ask_things(things, vectors, weights),
        )
        searching = time.perf_counter() - started
        return search.SearchResult(
            hits=ranked.hits,
            query=search.shown(opened, asked),
            by=by,
            k=k,
            collection=self.name,
            model=search.model_of(opened, by),
            index_kind=opened.manifest.index_kind,
            encode_seconds=encoding,
            search_seconds=searching,
            matching=len(opened.records) if allowed is None else len(allowed),
            asked=asked,
            cut=ranked.cut,
            thumbnail=self.thumbnail,
            alike=self._alike,
        )

    def _alike(self, hits: Sequence[SearchHit]) -> tuple[tuple[int, ...], ...]:
        return search.alike(self.store, [hit.record for hit in hits], self.thumbnail)

    def _picture_ranking(self, by: str | None) -> str:
        """The one that uses most where none is named."""
        return search.picture_rankings(self.store)[-1] if by is None else by


def _mixed(subject: Subject, text: str) -> Query:
    """A picture, and a text that counts as much unless it is blank."""
    return Query((Term(subject), *([Term(Text(text))] if text.strip() else [])))
