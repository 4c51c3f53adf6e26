"""A finished search as text: a table of the hits for a terminal, and what was asked of what below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import query, text_table

if TYPE_CHECKING:
    from core.search.results import SearchResult


def written(found: SearchResult, *, parts: bool, fold: bool, width: int | None) -> str:
    """See `SearchResult.to_text`."""
    lines = [_hits(found, parts=parts, fold=fold, width=width), ""]
    if parts and found.asked is not None:
        terms = ", ".join(query.format_term(term) for term in found.asked.terms)
        lines += [f"shares, in this order: {text_table.plain(terms)}", ""]
    times = f"encoded in {found.encode_seconds * 1000:.0f} ms, searched in {found.search_seconds * 1000:.0f} ms"
    counts = f"{len(found):,} of {found.matching:,} pictures"
    lines.append(f"{counts} in {found.collection} (ranking: {found.by.value}; model: {found.model}); {times}")
    if found.cut is not None:
        how = "" if found.cut.fitted else ", an estimate from the scores alone"
        lines.append(f"{found.cut.pictures:,} probably match{how}")
    return "\n".join(lines)


def _hits(found: SearchResult, *, parts: bool, fold: bool, width: int | None) -> str:
    shown = [(entry.hit, len(entry.others)) for entry in found.folded()] if fold else [(hit, 0) for hit in found]
    judged = found.cut is not None
    told = any(hit.things for hit in found)
    chosen = ["rank", "score", *(["match"] if judged else []), *(["shares"] if parts else []), "image id"]
    rows: list[tuple[object, ...]] = []
    for at, (hit, more) in enumerate(shown):
        if found.cut is not None and hit.rank > found.cut.hits and (not at or shown[at - 1][0].rank <= found.cut.hits):
            rows.append((*([""] * len(chosen)), "-- probably not matching:", *([""] if told else []), ""))
        rows.append(
            (
                hit.rank,
                f"{hit.score:.3f}",
                *(["" if hit.probability is None else f"{hit.probability:.0%}"] if judged else []),
                *(["  ".join(f"{share:+.3f}" for share in hit.term_shares)] if parts else []),
                hit.record.image_id,
                hit.record.file_name + (f" (+{more} like it)" if more else ""),
                *([", ".join(hit.things)] if told else []),
                hit.caption or "",
            )
        )
    return text_table.aligned(
        (*chosen, "file", *(["both show"] if told else []), "caption"),
        rows,
        right=tuple(range(len(chosen))),
        width=width,
    )
