"""The pictures you put aside, and the queries you asked."""

from core import ui

with ui.page("Shelf", "star") as collection:
    ui.shelf_page.draw_kept(collection)
    ui.shelf_page.draw_recent(collection)
