"""Look through the pictures of a collection: by category, by words of their captions, page by page."""

from core import ui

with ui.page("Browse dataset", "photo_library") as collection:
    question = ui.browse.ask(collection)

    listing = ui.answers.listing(collection, question.filters, question.words, question.order, question.seed)

    if not listing.records:
        ui.states.nothing_matches()
        ui.stop()

    ui.browse.draw(collection, listing)
    ui.browse.open_linked(collection)
