"""Find pictures, and captions, that are like a picture: your own, a sample, or one of the collection."""

from core import ui

with ui.page("Image search", "image_search") as collection:
    question = ui.image_query.ask(collection)

    if question is None:
        ui.states.hint(
            "Show me a picture",
            "Choose, drop or paste one above, take a sample, or open *Find similar* on any result.",
            "add_photo_alternate",
        )
        ui.stop()

    left, right = ui.columns([1, 3], gap="medium")
    with left:
        ui.image_query.draw(collection, question)
        text = ui.image_query.mixed_text(collection)
        chosen = ui.filters.choose(collection)

    with right:
        result, captions = ui.image_query.answer(collection, question, text, chosen)
        ui.results.draw_cut_note(collection, text)
        ui.results.draw(collection, result, "image-search")
    with left:
        ui.results.draw_captions(captions, "image-search")
