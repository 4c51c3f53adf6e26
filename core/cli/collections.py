"""`python -m core build`, `add`, `remove`, `calibrate`, `list` and `verify`."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from core.cli import options, progress_bar, sources, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core import progress
    from core.build import BuildReport
    from core.records import Skipped

_SKIPS_SHOWN = 10

_BUILD = "Build a collection from a folder of pictures, with captions and labels where there are any."
_BUILD_EXAMPLES = """  python -m core build holidays --images ~/Pictures/holidays
  python -m core build coco --images val2017 --captions captions_val2017.json --instances instances_val2017.json
  python -m core build birds --images birds/ --labels-from-folders
  python -m core build karpathy --images ~/coco --captions dataset_coco.json --split test
  python -m core build shop --images photos/ --captions products.csv --path-column photo
  python -m core build web --images web/ --shards 'photos-{000..009}.tar'
  python -m core build coco-b32 --images val2017 --captions captions_val2017.json \\
      --model ViT-B-32 --pretrained laion2b_s34b_b79k
  python -m core build coco-resnet --images val2017 --captions captions_val2017.json --model timm:resnet50
  python -m core build party --images party/ --zip ~/Downloads/party.zip
  python -m core build big --images ~/Pictures --model ViT-L-14 --pretrained openai --estimate

Stopped half-way, the same command goes on where it was. An existing collection of that name is
replaced in one step at the end, and answers until then."""

_ADD = "Add pictures to a collection without encoding the others again."
_ADD_EXAMPLES = """  python -m core add holidays                  what is new in the picture folder
  python -m core add holidays --images ~/Pictures/holidays/beach
  python -m core add coco --captions more_captions.json

New pictures lie in the collection's own picture folder: file names are kept relative to it."""

_REMOVE = "Remove pictures from a collection; the picture files themselves stay."
_REMOVE_EXAMPLES = """  python -m core remove holidays beach/0412.jpg beach/0413.jpg
  python -m core remove coco 139 285"""

_CALIBRATE = "Fit again what the scores of a collection mean, from its captions, without encoding it again."

_LIST = "List the collections."
_VERIFY = "Check every checksum and every count of a collection. Exits with 1 on any fault."


def register(commands: options.Commands) -> None:
    """Adds the six commands."""
    build = options.add_command(commands, "build", summary=_BUILD, examples=_BUILD_EXAMPLES)
    options.add_collection(build)
    sources.add(build, images="folder of the pictures", required=True)
    sources.add_packed(build)
    build.add_argument("--labels-from-folders", action="store_true", help="the name of a picture's folder is its label")
    build.add_argument("--title", metavar="TEXT", help="the name people see (default: NAME)")
    build.add_argument(
        "--model",
        default="bundled",
        help="bundled (default), an open_clip architecture, or a checkpoint folder; for pictures only, cnn-small, "
        "vit-small or timm:NAME",
    )
    build.add_argument(
        "--pretrained", metavar="TAG_OR_PATH", help="weights of an architecture: a tag, a file or a folder"
    )
    build.add_argument(
        "--text-model",
        metavar="MODEL",
        help="what reads the captions where the model encodes pictures only: bundled (default), another, or none",
    )
    build.add_argument("--text-pretrained", metavar="TAG_OR_PATH", help="weights of the text model's architecture")
    build.add_argument("--estimate", action="store_true", help="only try some pictures, and say how long it would take")
    options.add_device(build)
    build.set_defaults(run=_build)

    add = options.add_command(commands, "add", summary=_ADD, examples=_ADD_EXAMPLES)
    options.add_collection(add)
    sources.add(add, images="the collection's picture folder (default), or a folder inside it", required=False)
    options.add_device(add)
    add.set_defaults(run=_add)

    remove = options.add_command(commands, "remove", summary=_REMOVE, examples=_REMOVE_EXAMPLES)
    options.add_collection(remove)
    remove.add_argument("pictures", nargs="+", metavar="PICTURE", help="image id, or file name as `search` shows it")
    remove.set_defaults(run=_remove)

    calibrate = options.add_command(
        commands, "calibrate", summary=_CALIBRATE, examples="  python -m core calibrate demo"
    )
    options.add_collection(calibrate)
    options.add_device(calibrate)
    calibrate.set_defaults(run=_calibrate)

    listing = options.add_command(commands, "list", summary=_LIST, examples="  python -m core list --db other_db")
    options.add_db(listing)
    options.add_json(listing)
    listing.set_defaults(run=_list)

    verify = options.add_command(commands, "verify", summary=_VERIFY, examples="  python -m core verify demo")
    options.add_collection(verify)
    verify.set_defaults(run=_verify)


def _build(arguments: argparse.Namespace) -> int:
    from core import build

    with progress_bar.shown() as report:
        sources.prepare(arguments, report)
        if arguments.estimate:
            return _estimate(arguments, report)
        done = build.build_collection(
            arguments.name,
            arguments.images,
            arguments.captions,
            arguments.instances,
            labels_from_folders=arguments.labels_from_folders,
            read_as=sources.reading(arguments),
            model=options.lasting(arguments.model),
            pretrained=options.lasting(arguments.pretrained),
            text_model=options.lasting(arguments.text_model),
            text_pretrained=options.lasting(arguments.text_pretrained),
            db=options.db_folder(arguments),
            title=arguments.title,
            device=arguments.device,
            report=report,
        )
    print_build(done)
    return 0


def _estimate(arguments: argparse.Namespace, report: progress.Report) -> int:
    from core import build

    found = build.try_build(
        arguments.images,
        arguments.captions,
        arguments.instances,
        read_as=sources.reading(arguments),
        model=options.lasting(arguments.model),
        pretrained=options.lasting(arguments.pretrained),
        text_model=options.lasting(arguments.text_model),
        text_pretrained=options.lasting(arguments.text_pretrained),
        device=arguments.device,
        report=report,
    )
    print(
        f"{found.pictures:,} pictures and {found.captions:,} captions would take about {found.seconds:,.0f} s on "
        f"{found.device} ({1 / found.seconds_per_picture:,.1f} pictures a second, tried on {found.tried}), besides "
        f"{found.loading:,.0f} s to read the source and load the model"
    )
    return 0


def _add(arguments: argparse.Namespace) -> int:
    from core import build

    with progress_bar.shown() as report:
        done = build.add_to_collection(
            arguments.name,
            arguments.images,
            arguments.captions,
            arguments.instances,
            read_as=sources.reading(arguments),
            db=options.db_folder(arguments),
            device=arguments.device,
            report=report,
        )
    print_build(done, f"Added {done.added:,} pictures; {done.already_there:,} were there already")
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    from core import build

    wanted = [int(picture) if picture.isdecimal() else picture for picture in arguments.pictures]
    with progress_bar.shown() as report:
        done = build.remove_from_collection(arguments.name, wanted, db=options.db_folder(arguments), report=report)
    print_build(done, f"Removed {done.removed:,} pictures")
    return 0


def _calibrate(arguments: argparse.Namespace) -> int:
    from core import build

    with progress_bar.shown() as report:
        done = build.calibrate_collection(
            arguments.name, db=options.db_folder(arguments), device=arguments.device, report=report
        )
    if done.relevance is None:
        print(f"{arguments.name}: too few pictures have two captions or more, so probabilities stay an estimate")
        return 0
    fusion = done.relevance.fusion
    weights = f"image {fusion.image:.2f}, caption {fusion.caption:.2f}, words {fusion.words:.2f}"
    print(f"{arguments.name}: fitted to {done.relevance.queries:,} queries; the fused ranking weighs {weights}")
    return 0


def print_build(done: BuildReport, change: str = "") -> None:
    """What a build or a change did; `change` is the line to begin with."""
    if change:
        print(change)
    if done.resumed_from:
        print(f"Went on from an interrupted run: {done.resumed_from:,} pictures were encoded already")
    if done.skipped:
        _print_skipped(done.skipped)
    rate = f", {done.pictures_per_second:,.1f} pictures a second" if done.pictures_per_second else ""
    holds = f"{done.images:,} pictures, {done.captions:,} captions in {done.folder}"
    print(f"{done.name}: {holds} ({done.seconds:.1f} s{rate})")


def _print_skipped(skipped: Sequence[Skipped]) -> None:
    print(f"Skipped {len(skipped):,}:")
    for entry in skipped[:_SKIPS_SHOWN]:
        print(f"  {tables.plain(entry.file_name)}: {tables.plain(entry.reason)}")
    if len(skipped) > _SKIPS_SHOWN:
        print(f"  … and {len(skipped) - _SKIPS_SHOWN:,} more")


def _list(arguments: argparse.Namespace) -> int:
    from core import store

    folder = options.db_folder(arguments)
    found = store.list_stores(folder)
    if arguments.json:
        entries = [dataclasses.asdict(entry) | {"folder": str(entry.folder)} for entry in found]
        tables.print_json({"db": str(folder), "collections": entries})
        return 0
    if not found:
        print(f"No collections in {folder}. Build one: python -m core build NAME --images DIR")
        return 0
    rows = [
        (
            entry.name,
            f"{entry.images:,}",
            f"{entry.captions:,}",
            f"{entry.size_bytes / 1e6:,.1f} MB",
            entry.model,
            entry.created_at[:10],
            f"FAULT: {entry.problem}" if entry.problem else entry.title,
        )
        for entry in found
    ]
    tables.print_table(("name", "pictures", "captions", "size", "model", "built", "title"), rows, right=(1, 2, 3))
    for one in store.unfinished(folder):
        print(
            f"\nInterrupted: {one.plan.name}, {one.done:,} of {one.plan.total:,} pictures. "
            f"Go on: python -m core resume {one.plan.name}"
        )
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from core import store

    with progress_bar.shown() as report:
        found = store.verify_store(options.db_folder(arguments) / arguments.name, report)
    for problem in found.problems:
        print(f"FAULT: {tables.plain(problem)}")
    if found.missing_pictures:
        print(f"note: {len(found.missing_pictures):,} picture files are missing, {found.missing_pictures[0]} for one")
    checked = f"{found.files_checked} files ({found.bytes_checked / 1e6:,.1f} MB)"
    contents = f"{found.images:,} pictures and {found.captions:,} captions"
    number = len(found.problems)
    verdict = "whole" if found.ok else f"{number} fault{'s' if number > 1 else ''}"
    print(f"{found.name}: {verdict}; {checked}, {contents} checked")
    return 0 if found.ok else 1
