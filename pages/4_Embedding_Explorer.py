"""See the whole collection as a map of its embeddings, and look into any region of it."""

from core import ui

with ui.page("Embedding explorer", "scatter_plot") as collection:
    question = ui.explorer.ask(collection)
    made = ui.embedding_map.ready(collection, question)
    chosen = ui.map_side.chosen(collection, made, question)

    left, right = ui.columns([3, 2], gap="medium")
    with left:
        ui.embedding_map.draw(collection, question, made, chosen)
        ui.map_notes.draw_clusters(collection, question)
    with right:
        ui.map_side.draw(collection, made, chosen)
