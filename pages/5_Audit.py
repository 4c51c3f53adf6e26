"""See what is wrong in a collection: duplicates, outliers, misplaced captions, unfound pictures, hubs."""

from core import ui

with ui.page("Audit", "troubleshoot") as collection:
    made = ui.audit.ready(collection)
    question = ui.audit.ask(collection, made)

    found = ui.audit.find(collection, made, question)

    ui.audit.draw(collection, found)
