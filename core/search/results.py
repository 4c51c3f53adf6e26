"""A finished search: its hits, what was asked, and its forms for a notebook, a file and a program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from core import spreadsheet
from core.query import Query, format_query
from core.records import ImageRecord
from core.search import as_text, folding
from core.search.folding import Fold
from core.search.hits import Ranking, SearchHit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from core import show
    from core.relevance import Cut

_THUMBNAIL_SIDE = 240
_COLUMNS = (
    "rank",
    "score",
    "image_id",
    "file_name",
    "caption",
    "captions",
    "categories",
    "found_by",
    "probability",
    "things",
)


@dataclass(frozen=True, slots=True, repr=False)
class SearchResult:
    """Hits, best first, with everything needed to say where they came from. Behaves as a sequence of `SearchHit`.

    `query` is the query as shown to people, `asked` its terms, which the parts of the hits refer to; `matching` counts
    the pictures that passed the filters, found or not. `cut` is where those that probably match end; None where nothing
    tells: too small a collection, or one without captions from whose scores nothing stands out. `thumbnail` fetches a
    picture's JPEG or WebP bytes (or None) at a side in pixels; without it, grids show captions. `alike` groups hits
    that show nearly the same picture, for `folded`.
    """

    hits: tuple[SearchHit, ...]
    query: str
    by: Ranking
    k: int
    collection: str
    model: str
    index_kind: str
    encode_seconds: float
    search_seconds: float
    matching: int
    asked: Query | None = None
    cut: Cut | None = None
    thumbnail: Callable[[ImageRecord, int], bytes | None] | None = field(default=None, repr=False, compare=False)
    alike: Callable[[Sequence[SearchHit]], Sequence[Sequence[int]]] | None = field(
        default=None, repr=False, compare=False
    )

    def __repr__(self) -> str:
        return f"<SearchResult {self._heading()}>"

    def __str__(self) -> str:
        return self.to_text()

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[SearchHit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, position: int) -> SearchHit: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[SearchHit, ...]: ...
    def __getitem__(self, position: int | slice) -> SearchHit | tuple[SearchHit, ...]:
        return self.hits[position]

    @property
    def typed(self) -> str | None:
        """The query in its typed form; None when it holds a picture that was handed in."""
        return format_query(self.asked) if self.asked is not None and self.asked.linkable else None

    @property
    def probable(self) -> tuple[SearchHit, ...]:
        """The hits above the cut; all of them where there is none."""
        return self.hits if self.cut is None else self.hits[: self.cut.hits]

    def folded(self) -> tuple[Fold, ...]:
        """The hits with near-identical pictures behind the first of them; none is lost. Reads the thumbnails of those
        that may be, so it takes a moment at the first call."""
        groups = self.alike(self.hits) if self.alike else [[at] for at in range(len(self.hits))]
        return folding.fold(self.hits, groups)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready object; times in milliseconds, scores and shares to six decimals. The terms of the parts count
        from 0."""
        return {
            "query": self.query,
            "typed": self.typed,
            "by": self.by.value,
            "k": self.k,
            "collection": self.collection,
            "model": self.model,
            "index": self.index_kind,
            "encode_ms": round(self.encode_seconds * 1000, 1),
            "search_ms": round(self.search_seconds * 1000, 1),
            "matching": self.matching,
            "cut": None if self.cut is None else _cut_to_dict(self.cut),
            "hits": [_hit_to_dict(hit) | {"parts": _parts_to_list(hit)} for hit in self.hits],
        }

    def to_csv(self) -> str:
        """One line per hit under a header, for a spreadsheet; cells that would run as formulas are defused."""
        return spreadsheet.csv_text(_COLUMNS, map(_row, self.hits))

    def to_text(self, *, parts: bool = False, fold: bool = False, width: int | None = None) -> str:
        """A table of the hits for people, a line between those that probably match and the rest; `print(result)` shows
        it. `parts` adds what each term gave to a score, `fold` shows near-identical pictures once, and `width` cuts
        captions where a line of so many cells ends."""
        return as_text.written(self, parts=parts, fold=fold, width=width)

    def _repr_html_(self) -> str:
        from core import show

        return show.html_grid(self._cards(), self._heading())

    def plot(self, columns: int = 4) -> Figure:
        """The hits as a Matplotlib figure. Raises `ConfigurationError` where Matplotlib is not installed."""
        from core import show

        return show.plot_grid(self._cards(), self._heading(), columns=columns)

    def _heading(self) -> str:
        shown = f"{len(self.hits)} of {self.matching:,} pictures"
        return f"{self.query}: {shown} in {self.collection}, {self.by.value} ranking"

    def _cards(self) -> list[show.Card]:
        from core import show

        return [
            show.Card(
                picture=self.thumbnail(hit.record, _THUMBNAIL_SIDE) if self.thumbnail else None,
                title=f"{hit.rank} · {hit.score:.3f}",
                caption=hit.caption or hit.record.file_name,
            )
            for hit in self.hits
        ]


def _hit_to_dict(hit: SearchHit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "image_id": hit.record.image_id,
        "file_name": hit.record.file_name,
        "caption": hit.caption,
        "captions": [caption.display for caption in hit.record.captions],
        "categories": list(hit.record.categories),
        "found_by": hit.found_by,
        "probability": None if hit.probability is None else round(hit.probability, 4),
        "band": None if hit.band is None else hit.band.value,
        "things": list(hit.things),
    }


def _cut_to_dict(cut: Cut) -> dict[str, Any]:
    return {
        "hits": cut.hits,
        "pictures": cut.pictures,
        "expected": round(cut.expected, 1),
        "fitted": cut.fitted,
    }


def _parts_to_list(hit: SearchHit) -> list[dict[str, Any]]:
    return [{"term": part.term, "side": part.side, "share": round(part.share, 6)} for part in hit.parts]


def _row(hit: SearchHit) -> dict[str, Any]:
    """A hit as one line of a table: lists joined into one cell."""
    row = _hit_to_dict(hit)
    joined = {
        "captions": " | ".join(row["captions"]),
        "categories": ", ".join(row["categories"]),
        "things": ", ".join(row["things"]),
    }
    return row | joined
