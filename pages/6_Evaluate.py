"""Measure how good a collection's answers are, look at earlier measurements, and set one beside another."""

from core import ui

with ui.page("Evaluate", "monitoring") as collection:
    wanted = ui.evaluate.ask(collection)
    if wanted is not None:
        ui.evaluate.measure(collection, wanted)

    run, other = ui.evaluate_runs.choose(collection)
    if run is None:
        ui.evaluate.draw_first_visit(collection)
        ui.stop()

    ui.evaluate_runs.draw_head(run, other)
    if other is not None:
        ui.evaluate_runs.draw_comparison(run, other)
        ui.stop()
    ui.evaluate_results.draw(run)
