"""Find pictures by describing them in words."""

from core import ui

with ui.page("Text search", "search") as collection:
    question = ui.text_query.ask(collection)

    if question is None:
        ui.states.hint(
            "Describe what you are looking for",
            "Type a sentence, or take one of the samples above. The address of this page always leads back to the same "
            "search.",
        )
        ui.stop()

    result = ui.answers.search(collection, question)

    ui.text_query.remember(collection, question, result)
    ui.results.draw(collection, question, result, "text-search")
