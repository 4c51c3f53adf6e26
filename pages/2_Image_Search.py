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

    result = ui.answers.search(collection, question)
    ui.image_query.remember(collection, result)

    left, right = ui.columns([1, 3], gap="medium")
    with left:
        ui.image_query.draw(collection, question)
        ui.results.draw_captions(ui.image_query.captions(collection, question), "image-search")
    with right:
        ui.results.draw_cut_note(collection, question.texts)
        ui.results.draw(collection, question, result, "image-search")
