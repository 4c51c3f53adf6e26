"""What is said about a map beneath it: how it was made, how far to believe it, the gap, the clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import projection
from core.projection import Method, Of
from core.ui import explorer, gallery, map_colours, map_watch, pictures, words

if TYPE_CHECKING:
    from core.collection import Collection
    from core.projection import Gap, Map, Quality
    from core.ui.explorer import MapQuestion


def draw(opened: Collection, made: Map, drawn: int, *, starred: bool) -> None:
    """How it was made, and of how many points `drawn` are shown; its quality; the gap."""
    notes = [_method(made)]
    whole = {
        Of.IMAGES: len(opened.store.records),
        Of.CAPTIONS: opened.store.caption_index.count,
        Of.BOTH: len(opened.store.records) + opened.store.caption_index.count,
    }[made.recipe.of]
    if drawn < whole:
        noun = {Of.IMAGES: "picture", Of.CAPTIONS: "caption", Of.BOTH: "point"}[made.recipe.of]
        notes.append(f"**{drawn:,} of {words.count(whole, noun)} shown**, an even sample.")
        if drawn < len(made):
            notes.append("A region selects those between them too.")
    if starred and made.axes is None:
        notes.append("The star lies amid the ten points nearest to the query.")
    elif starred and not made.recipe.closed:
        notes.append("Words and pictures lie in different parts of the space, so a star is seldom inside a cloud.")
    st.caption(" ".join(notes))
    if made.quality is not None:
        _draw_quality(made.quality)
    if made.gap is not None:
        _draw_gap(made.gap, closed=made.recipe.closed)


def draw_clusters(opened: Collection, question: MapQuestion) -> None:
    """A card for every cluster: the picture nearest to its middle, its name, its size. A click lists its pictures."""
    if question.colouring != map_colours.CLUSTER:
        return
    found = map_watch.clusters_of(opened)
    how = ""
    if found.silhouettes and found.silhouette is not None:
        tried = found.silhouettes
        how = (
            f" Their number has {projection.CRITERION} ({found.silhouette:.2f}) of the {len(tried)} tried from "
            f"{tried[0][0]} to {tried[-1][0]}."
        )
    st.subheader(words.count(len(found.every), "cluster"), anchor=False)
    st.caption(
        f"Groups of pictures that lie close together in the space of the model, found by k-means on the vectors "
        f"themselves, not on the map.{how} Names are the caption words that set a cluster apart; the picture is the "
        "one nearest to its middle. A click lists the pictures of a cluster."
    )
    records = opened.store.records
    cards = [
        gallery.Card(
            key=str(at),
            src=pictures.thumbnail(opened, records[cluster.representative]),
            alt=cluster.name,
            text=cluster.name,
            source=words.count(cluster.size, "picture"),
        )
        for at, cluster in enumerate(found.every)
    ]
    gallery.draw(cards, explorer.CLUSTERS, "Clusters", cell=110, hint="Enter lists its pictures")


def _method(made: Map) -> str:
    if made.recipe.method is Method.TSNE:
        return "t-SNE: what lies close together is alike; distances between groups mean little."
    assert made.axes is not None  # PCA always has them
    kept = sum(made.axes.explained)
    return f"First {_NUMBERS[made.recipe.dims]} principal components; they keep {kept:.0%} of the spread."


_NUMBERS = {2: "two", 3: "three"}


def _draw_quality(quality: Quality) -> None:
    with st.container(horizontal=True, key="map-quality"):
        st.metric(
            "Trustworthiness",
            f"{quality.trustworthiness:.3f}",
            width="content",
            help=f"How far the {quality.k} neighbours of a point on the map are neighbours in the space of the model: "
            f"1 is perfect, about 0.5 is chance. Measured at {words.count(quality.judged, 'point')}.",
        )
        st.metric(
            "Neighbours kept",
            f"{quality.kept:.0%}",
            width="content",
            help=f"Of the {quality.k} nearest in the space, how many are still among the nearest on the map.",
        )
        if quality.hit is not None:
            st.metric(
                "Neighbourhood hit",
                f"{quality.hit:.0%}",
                width="content",
                help=f"Of the {quality.k} neighbours on the map, how many have the same main category. In the space "
                f"it is {quality.hit_in_space:.0%}, by chance {quality.hit_by_chance:.0%}.",
            )


def _draw_gap(gap: Gap, *, closed: bool) -> None:
    with st.container(horizontal=True, key="map-gap"):
        st.metric(
            "Gap",
            f"{gap.distance:.2f}",
            width="content",
            help="Between the mean of all pictures and the mean of all captions: 0 where they coincide, at most 2"
            + (". It was closed on this map." if closed else "."),
        )
        st.metric(
            "Told apart",
            f"{gap.apart:.0%}",
            width="content",
            help="How many points the plane midway between the two means puts on the side of their own kind: 50 % "
            "where pictures and captions are mixed.",
        )
        st.metric(
            "A picture and its caption",
            f"{gap.own:.2f}",
            width="content",
            help=f"Mean cosine. Any picture and any caption: {gap.any_pair:.2f}; two pictures: {gap.pictures:.2f}; two "
            f"captions: {gap.captions:.2f}.",
        )
