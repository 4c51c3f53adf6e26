"""See the whole collection as a map of its embeddings, and look into any region of it."""

from core import ui

with ui.page("Embedding explorer", "scatter_plot") as collection:
    question = ui.embedding_map.ask(collection)

    left, right = ui.columns([3, 2], gap="medium")
    with left:
        chosen = ui.embedding_map.draw(collection, question)
    with right:
        ui.embedding_map.draw_region(collection, chosen)
