"""Make collections of your own pictures, keep the ones there are in order, download MS-COCO."""

from core import ui

NEW, KEPT, COCO = ("New collection", "Collections", "Download COCO")

with ui.workshop("Build", "construction") as collection:
    ui.build_watch.draw()

    task = ui.fields.one_of("Task", (NEW, KEPT, COCO), "task", default=NEW)

    if task == NEW:
        ui.build_new.draw()
    elif task == KEPT:
        ui.build_list.draw(collection)
    else:
        ui.coco_download.draw()
