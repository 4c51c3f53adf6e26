"""The Audit page: which list, from which level, in which order; the audit itself, computed once; its findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import audit as audits
from core.audit import LEVELS, ORDERS, Kind, Order
from core.ui import audit_job, audit_watch, detail, downloads, fields, gallery, links, loaders, pictures, states, words

if TYPE_CHECKING:
    from core.audit import Audit, Finding, FindingList, Shown
    from core.collection import Collection

AT_ONCE = 5000
"""Pictures up to which an audit begins by itself: under a minute on two cores."""
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,6})?")
_MOST_SHOWN = 12  # pictures of one group; the rest is in the download
_ICONS = {
    Kind.DUPLICATES: "content_copy",
    Kind.OUTLIERS: "bubble_chart",
    Kind.CAPTIONS: "speaker_notes_off",
    Kind.UNFOUND: "search_off",
    Kind.HUBS: "hub",
}


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """Which list. `same_pixels` is for duplicates; None leaves it to what could be read."""

    kind: Kind
    level: float
    order: Order
    same_pixels: bool | None


def ready(opened: Collection) -> Audit:
    """The audit of this version of the collection: from memory, from the cache folder, or computed while the visitor
    watches; stops the page where there is none yet."""
    made = audit_job.result(opened.store) or _kept(opened)
    if made is None:
        audit_watch.draw(opened, at_once=len(opened.store.records) <= AT_ONCE)
        st.stop()
    return made


def ask(opened: Collection, made: Audit) -> AuditQuestion:
    """Draw the controls and return what they say. A changed choice starts again at the first page."""
    kinds = [kind.value for kind in Kind]
    with st.container(horizontal=True, vertical_alignment="bottom", key="audit-options"):
        kind = Kind(fields.one_of("List", kinds, "list", default=kinds[0], on_change=_first_page))
        if audits.why_not(opened.store, kind):
            return AuditQuestion(kind, LEVELS[kind].default, Order.WORST, None)
        orders = [order.value for order in ORDERS[kind]]
        order = Order(fields.one_of("Order", orders, "sort", default=orders[0], on_change=_first_page))
        level = _level(kind, made)
        same_pixels = None
        if kind is Kind.DUPLICATES and audits.pixels_are_known(made):
            same_pixels = _same_pixels()
    return AuditQuestion(kind, level, order, same_pixels)


def find(opened: Collection, made: Audit, question: AuditQuestion) -> FindingList:
    """The list asked for. Where the collection has none it says why, and the page ends."""
    reason = audits.why_not(opened.store, question.kind)
    if reason:
        states.hint("This list needs captions", words.plain(reason), _ICONS[question.kind])
        st.stop()
    return audits.findings(
        opened.store, made, question.kind, question.level, question.order, same_pixels=question.same_pixels
    )


def draw(opened: Collection, found: FindingList) -> None:
    """What was listed by which measure, the downloads, one page of findings with their pictures."""
    with st.container(horizontal=True, vertical_alignment="center", key="audit-summary"):
        noun = "group" if found.kind is Kind.DUPLICATES else "caption" if found.kind is Kind.CAPTIONS else "picture"
        st.caption(f"**{words.count(len(found), noun)}.** {words.plain(found.summary)}", width="stretch")
        downloads.of_findings(opened, found, "audit")
    for note in found.notes:
        st.caption(f":material/info: {words.plain(note)}")
    if not len(found):
        states.hint("Nothing to show here", "Move the level down to see more.", "task_alt")
        _again(opened)
        return
    _check_page(opened, found)
    above = st.container(key="audit-place")
    number = st.pagination(found.pages, key="at", width="stretch", bind="query-params", persist_state="session")
    with above:
        _page(opened, found, found.page(number))
    _again(opened)


def _page(opened: Collection, found: FindingList, shown: Sequence[Finding]) -> None:
    cards = [[_card(opened, one) for one in finding.pictures[:_MOST_SHOWN]] for finding in shown]
    gallery.draw_missing_note(opened, [card for row in cards for card in row])
    every = [one.record for finding in shown for one in finding.pictures[:_MOST_SHOWN]]
    if found.kind is Kind.HUBS:
        picked = gallery.draw([row[0] for row in cards], "audit-grid", "Hubs")
    else:
        opened_cards = []
        for start in range(0, len(shown), 2):
            # Two in a row of their own, so that both begin at the same height.
            for place, finding, row in zip(st.columns(2), shown[start : start + 2], cards[start : start + 2]):  # noqa: B905
                with place, st.container(border=True, height="stretch", key=f"finding-{finding.rank}"):
                    opened_cards.append(_draw_finding(finding, row))
        picked = next((key for key in opened_cards if key is not None), None)
    if picked is not None:
        unique = {record.image_id: record for record in every}
        detail.show(opened, detail.of_records(list(unique.values())), picked)


def _draw_finding(finding: Finding, cards: list[gallery.Card]) -> str | None:
    """Number, caption if it is about one, pictures side by side, why."""
    if finding.caption is not None:
        st.markdown(f"**{finding.rank:,}** · “{words.plain(finding.caption.display)}”")
    else:
        st.markdown(f"**{finding.rank:,}**")
    picked = gallery.draw(cards, f"audit-{finding.rank}-pair", f"Pictures of finding {finding.rank}", cell=200)
    left = len(finding.pictures) - len(cards)
    more = f" {left:,} more pictures are in the download." if left else ""
    other = f" The nearest caption elsewhere: “{words.plain(finding.other.display)}”" if finding.other else ""
    st.caption(f"{words.plain(finding.why)}{other}{more}")
    return picked


def _card(opened: Collection, shown: Shown) -> gallery.Card:
    record = shown.record
    spoken = record.captions[0].display if record.captions else ", ".join(record.categories) or record.file_name
    return gallery.Card(
        key=str(record.image_id),
        src=pictures.thumbnail(opened, record),
        alt=spoken,
        text=f"{shown.role.capitalize()} · {shown.note}" if shown.note else shown.role.capitalize(),
        score=shown.figure or "–",
        similar=links.to("Image_Search", like=record.image_id),
    )


def _level(kind: Kind, made: Audit) -> float:
    """A slider of its own for each list, since the numbers mean different things. Its value is in the address."""
    level, key = LEVELS[kind], f"from_{kind}"
    low = level.low
    if kind is Kind.DUPLICATES:  # below it pairs were not kept
        low = min(max(low, made.pairs.floor), level.high - level.step)
    links.seed(key, lambda raw: max(low, level.within(float(raw))) if _NUMBER.fullmatch(raw.strip()) else None)
    if key in st.session_state:
        st.session_state[key] = min(level.high, max(low, float(st.session_state[key])))
    with st.container(width=260, key="audit-level"):
        return st.slider(
            level.label,
            float(low),
            float(level.high),
            value=max(float(low), float(level.default)),
            step=float(level.step),
            format=f"%.{level.decimals}f",
            key=key,
            help=level.help,
            on_change=_first_page,
            bind="query-params",
            persist_state="session",
        )


def _same_pixels() -> bool:
    links.seed("pixels", lambda raw: {"true": True, "false": False}.get(raw.lower()))
    return st.toggle(
        "Pixels must agree",
        value=True,
        key="pixels",
        help="Joins only pictures that are the same at small size: resized and stored again, not merely alike.",
        on_change=_first_page,
        bind="query-params",
        persist_state="session",
    )


def _check_page(opened: Collection, found: FindingList) -> None:
    """Page 7 of one collection means nothing in another."""
    if st.session_state.get("audited") not in (None, opened.name):
        st.session_state["at"] = 1
    st.session_state["audited"] = opened.name
    links.seed("at", lambda raw: links.clamped(raw, 1, found.pages))
    if int(st.session_state.get("at", 1)) > found.pages:
        st.session_state["at"] = found.pages


def _first_page() -> None:
    st.session_state["at"] = 1
    links.restate("list", "sort", "pixels", *(f"from_{kind}" for kind in Kind))


def _again(opened: Collection) -> None:
    st.button(
        "Compute the audit again",
        icon=":material/refresh:",
        type="tertiary",
        key="audit-again",
        help="It is remembered until the collection changes. Do this when picture files came back or were replaced.",
        on_click=audit_watch.begin,
        args=(opened,),
        kwargs={"again": True},
    )


def _kept(opened: Collection) -> Audit | None:
    """From the cache folder; a miss is not remembered."""
    holder = _holder(opened, loaders.key_of(opened))
    if not holder and not audit_job.job().moment().running:
        found = audits.load(opened.store, loaders.settings().cache)
        if found is not None:
            holder.append(found)
    return holder[0] if holder else None


@loaders.per_collection(max_entries=2)
def _holder(_opened: Collection, key: str) -> list[Audit]:
    return []
