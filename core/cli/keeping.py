"""`python -m core rename`, `delete`, `disk` and `resume`: what happens to collections after they are built."""

from __future__ import annotations

import argparse
import dataclasses
import sys

from core.cli import collections, options, progress_bar, tables

_RENAME = "Give a collection another name, another title, or both, without encoding it again."
_RENAME_EXAMPLES = """  python -m core rename holidays norway-2024
  python -m core rename coco coco --title "COCO, validation part\""""

_DELETE = "Delete a collection. The pictures it was made from stay, unless they were uploaded in the dashboard."
_DELETE_EXAMPLES = """  python -m core delete holidays
  python -m core delete holidays --yes      without asking
  python -m core delete holidays --unfinished      only what an interrupted build left"""

_DISK = "Show what a collection takes on disk: index, interrupted build, pictures."

_RESUME = "Go on with a build that was interrupted, from where it was."
_RESUME_EXAMPLES = """  python -m core resume             what there is to go on with
  python -m core resume holidays"""


def register(commands: options.Commands) -> None:
    """Adds the four commands."""
    rename = options.add_command(commands, "rename", summary=_RENAME, examples=_RENAME_EXAMPLES)
    options.add_collection(rename)
    rename.add_argument(
        "new_name", metavar="NEW_NAME", help="the name it is to have; the same to change the title only"
    )
    rename.add_argument("--title", metavar="TEXT", help="the name people see")
    rename.set_defaults(run=_rename)

    delete = options.add_command(commands, "delete", summary=_DELETE, examples=_DELETE_EXAMPLES)
    options.add_collection(delete)
    delete.add_argument("--yes", action="store_true", help="do not ask for the name again")
    delete.add_argument("--unfinished", action="store_true", help="only what an interrupted build of it left")
    delete.set_defaults(run=_delete)

    disk = options.add_command(commands, "disk", summary=_DISK, examples="  python -m core disk demo")
    options.add_collection(disk)
    options.add_json(disk)
    disk.set_defaults(run=_disk)

    resume = options.add_command(commands, "resume", summary=_RESUME, examples=_RESUME_EXAMPLES)
    resume.add_argument("name", nargs="?", metavar="NAME", help="the collection; without it they are listed")
    options.add_db(resume)
    options.add_device(resume)
    resume.set_defaults(run=_resume)


def _rename(arguments: argparse.Namespace) -> int:
    from core import store

    folder = store.rename_store(options.db_folder(arguments), arguments.name, arguments.new_name, arguments.title)
    print(f"{arguments.name} is {folder.name} now, titled {tables.plain(store.read_manifest(folder).title)}")
    return 0


def _delete(arguments: argparse.Namespace) -> int:
    from core import store

    name = arguments.name
    if not arguments.yes:
        print(f"Type {name} to delete it: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() != name:
            print("Nothing was deleted. To delete without being asked, add --yes.")
            return 1
    remove = store.forget_unfinished if arguments.unfinished else store.delete_store
    freed = remove(options.db_folder(arguments), name)
    what = "What an interrupted build left of it" if arguments.unfinished else "It"
    print(f"{name}: {what} is deleted; {freed / 1e6:,.1f} MB are free again")
    return 0


def _disk(arguments: argparse.Namespace) -> int:
    from core import store

    opened = store.open_store(options.db_folder(arguments) / arguments.name)
    found = store.disk_usage(opened)
    if arguments.json:
        tables.print_json({"collection": arguments.name, **dataclasses.asdict(found)})
        return 0
    whose = "uploaded, deleted with it" if found.uploaded else f"in {opened.images_root}, not deleted with it"
    rows = [
        ("index and captions", f"{found.store / 1e6:,.1f} MB", str(opened.folder)),
        ("interrupted build", f"{found.unfinished / 1e6:,.1f} MB", ""),
        ("pictures", f"{found.pictures / 1e6:,.1f} MB", whose),
    ]
    tables.print_table(("", "on disk", ""), rows, right=(1,))
    if found.missing:
        print(f"\n{found.missing:,} picture files are missing")
    return 0


def _resume(arguments: argparse.Namespace) -> int:
    from core import build, store

    db = options.db_folder(arguments)
    if arguments.name is None:
        found = store.unfinished(db)
        for one in found:
            print(f"{one.plan.name}: {one.done:,} of {one.plan.total:,} pictures, from {one.plan.images}")
        if not found:
            print(f"No build was interrupted in {db}.")
        return 0
    with progress_bar.shown() as report:
        done = build.resume_build(arguments.name, db=db, device=arguments.device, report=report)
    collections.print_build(done)
    return 0
