"""Set several models beside each other over the same pictures: the hits of one query, and the whole collection."""

from core import ui

with ui.page("Compare models", "view_column") as collection:
    ui.build_watch.draw()

    chosen = ui.compare.choose(collection)
    if chosen is None:
        ui.compare_add.draw_how_to_begin(collection)
        ui.stop()

    question = ui.compare.ask(chosen)
    ui.compare_hits.draw(chosen, question)
    ui.compare_models.draw(chosen)
    ui.compare_add.draw_more(collection)
