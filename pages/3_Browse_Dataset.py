"""Look through the pictures of a collection: by any of its facets, in any order, page by page; select and take away."""

from core import ui

with ui.page("Browse dataset", "photo_library") as collection:
    question = ui.browse.ask(collection)

    listing, text = ui.browse.answer(collection, question)

    left, right = ui.columns([1, 4], gap="medium")
    with left:
        ui.browse.draw_facets(listing, text)
    with right:
        ui.selection.draw_bar(collection)
        ui.browse.draw(collection, question, listing)
    ui.browse.open_linked(collection)
