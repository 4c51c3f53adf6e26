"""A collection renamed, checked, deleted."""

from __future__ import annotations

import streamlit as st

from core import store
from core.store import Store, StoreSummary
from core.ui import attempts, build_job, job_watch, links, loaders, states, words

_FAULTS_SHOWN = 20


def draw_rename(held: Store) -> None:
    """Another name, another title."""
    name = held.manifest.name
    st.caption(
        "The name is that of its folder, and what the command line and links say; the title is what people see. Saved "
        "evaluation runs stay under the old name."
    )
    first, second = st.columns(2)
    new_name = first.text_input("Name", name, max_chars=64, key=f"rename_name-{name}").strip()
    title = second.text_input("Title", held.manifest.title, max_chars=120, key=f"rename_title-{name}").strip()
    st.button(
        "Rename",
        icon=":material/edit:",
        type="primary",
        key="rename-start",
        disabled=(new_name, title) == (name, held.manifest.title),
        on_click=_rename,
        args=(name, new_name, title),
    )
    attempts.draw("rename")


def draw_check(chosen: StoreSummary) -> None:
    """Every sum and count, and whether the pictures are there."""
    st.caption("Reads every file of it, compares sums and counts, and looks for each picture.")
    job = build_job.check()
    moment = job.moment()
    if moment.running:
        job_watch.draw(job, words.plain(moment.name), "check")
        return
    found = job.result(chosen.name)
    if found is not None:
        checked = f"{words.count(found.files_checked, 'file')}, {words.size(found.bytes_checked)} checked"
        if found.ok:
            st.success(f"**{words.plain(found.name)} is whole**: {checked}.", icon=":material/verified:")
        else:
            listed = "\n".join(f"- {words.plain(one)}" for one in found.problems[:_FAULTS_SHOWN])
            number = words.count(len(found.problems), "fault")
            st.error(f"**{number}**, {checked}:\n\n{listed}", icon=":material/error:")
        states.missing_files(len(found.missing_pictures), "its folder")
    elif moment.subject == chosen.name:
        job_watch.draw_fault(moment.fault)
    st.button(
        "Check it again" if found else "Check it",
        icon=":material/fact_check:",
        type="secondary" if found else "primary",
        key="check-start",
        on_click=attempts.on_click,
        args=("check", build_job.begin_check, chosen.name, loaders.settings()),
    )


def draw_delete(chosen: StoreSummary, held: Store | None) -> None:
    """Away with it, once its name was typed."""
    name = chosen.name
    uploaded = held is not None and store.upload_of(loaders.settings().db, held.images_root) is not None
    if uploaded:
        stays = "**Its pictures were uploaded and are deleted with it.**"
    else:
        stays = "The pictures it was made of stay where they are, and so do saved evaluation runs."
    st.warning(f"This cannot be undone. {stays}", icon=":material/delete_forever:")
    if held is not None and not uploaded:
        st.caption("From the same pictures it can be built again:")
        st.code(store.rebuild_command(held.manifest, held.folder), language="bash", wrap_lines=True)
    typed = st.text_input(f"Type {words.plain(name)} to delete it", key=f"delete_name-{name}", autocomplete="off")
    st.button(
        "Delete this collection",
        icon=":material/delete:",
        key="delete-start",
        disabled=typed.strip() != name or build_job.job().moment().running,
        on_click=_delete,
        args=(name,),
    )
    attempts.draw("delete")


def _rename(name: str, new_name: str, title: str) -> None:
    if attempts.make("rename", store.rename_store, loaders.settings().db, name, new_name, title):
        _go_along(name, new_name)
        st.toast(f"It is {words.plain(new_name)} now.", icon=":material/check:")


def _delete(name: str) -> None:
    if attempts.make("delete", store.delete_store, loaders.settings().db, name):
        _go_along(name, None)
        st.toast(f"{words.plain(name)} is deleted.", icon=":material/check:")


def _go_along(name: str, new_name: str | None) -> None:
    """Where the collection was the open one, or the one worked on, the page goes where it went."""
    loaders.stores.clear()
    st.session_state["build_collection"] = new_name
    if st.session_state.get("collection_box") == name:
        links.put("collection", new_name)
