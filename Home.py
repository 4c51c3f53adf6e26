"""Overview of the open collection: its numbers, a way to search it, the pages, a handful of its pictures."""

from core import ui

with ui.page("Home", "home", overview=True) as collection:
    ui.home.search_box()
    ui.home.numbers(collection)
    ui.home.page_cards()
    ui.home.handful(collection)
    ui.home.system_panel(collection)
