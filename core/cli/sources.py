"""What `build` and `add` read from: the options that name a source, and its preparation."""

from __future__ import annotations

import argparse
import glob
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli import tables
from core.errors import SourceError

if TYPE_CHECKING:
    from core import progress
    from core.dataset import Reading
    from core.records import RecordSet

_KINDS = ("auto", "coco", "karpathy", "table", "sidecar", "folder")
_BRACES = re.compile(r"\{(\d+)\.\.(\d+)\}")
_MOST_SHARDS = 100_000


def add(parser: argparse.ArgumentParser, *, images: str, required: bool) -> None:
    """--images, --captions, --instances, and how to read them."""
    parser.add_argument("--images", type=Path, required=required, metavar="DIR", help=images)
    parser.add_argument(
        "--captions",
        type=Path,
        metavar="FILE",
        help="COCO captions JSON, a Karpathy split file, or a CSV or Parquet table of paths and captions; without one, "
        "the .txt files beside the pictures, if any",
    )
    parser.add_argument("--instances", type=Path, metavar="FILE", help="COCO instances JSON: boxes and categories")
    add_reading(parser)


def add_reading(parser: argparse._ActionsContainer) -> None:
    """How to read a source where its files do not say."""
    parser.add_argument("--kind", choices=_KINDS, default="auto", help="of the source (default: seen in its files)")
    parser.add_argument("--split", default="", metavar="PART", help="of a Karpathy file or Hugging Face data set")
    parser.add_argument("--path-column", default="", metavar="NAME", help="of a table")
    parser.add_argument("--caption-column", default="", metavar="NAME", help="of a table or Hugging Face data set")


def add_packed(parser: argparse.ArgumentParser) -> None:
    """Sources that are put into --images first."""
    parser.add_argument(
        "--fetch-missing",
        action="store_true",
        help="fetch pictures that --images lacks from their coco_url, then flickr_url",
    )
    parser.add_argument("--retry-broken", action="store_true", help="with it: ask marked addresses again")
    parser.add_argument("--shards", nargs="+", metavar="TAR", help="WebDataset shards, unpacked into --images")
    parser.add_argument("--zip", type=Path, metavar="FILE", help="a zip of pictures, unpacked into --images")
    parser.add_argument("--hf", metavar="DATASET", help="a Hugging Face data set, unpacked into --images")
    parser.add_argument("--hf-config", metavar="NAME", help="its configuration")
    parser.add_argument("--image-column", default="", metavar="NAME", help="its column of pictures")
    parser.add_argument("--label-column", default="", metavar="NAME", help="its column of labels")


def reading(arguments: argparse.Namespace) -> Reading:
    """The options that `load_records` takes. For a Hugging Face data set they have done their part before."""
    from core import dataset

    if getattr(arguments, "hf", None):
        return dataset.Reading(arguments.kind)
    return dataset.Reading(arguments.kind, arguments.split, arguments.path_column, arguments.caption_column)


def prepare(arguments: argparse.Namespace, report: progress.Report) -> None:
    """Unpack or fetch what the options ask for; `arguments.captions` and `.instances` then name COCO files."""
    from core import dataset

    given = arguments.shards, arguments.hf, arguments.zip, arguments.fetch_missing
    if sum(map(bool, given)) > 1:
        raise SourceError("--shards, --hf, --zip and --fetch-missing are different sources: give one of them")
    if (arguments.shards or arguments.hf) and (arguments.captions or arguments.instances):
        raise SourceError("--shards and --hf bring their own captions: leave out --captions and --instances")
    root = arguments.images
    if arguments.shards:
        _write(arguments, dataset.unpack_shards(shard_paths(arguments.shards), root, report=report))
    elif arguments.hf:
        found = dataset.unpack_huggingface(
            arguments.hf,
            root,
            config=arguments.hf_config,
            split=arguments.split or "train",
            image_column=arguments.image_column,
            caption_column=arguments.caption_column,
            label_column=arguments.label_column,
            report=report,
        )
        _write(arguments, found)
    elif arguments.zip:
        from core import build

        build.unpack_zip(arguments.zip, root, report=report)
    elif arguments.fetch_missing:
        listing = arguments.captions or arguments.instances
        if listing is None:
            raise SourceError("--fetch-missing takes addresses from a COCO file: name it with --captions")
        done = dataset.fetch_missing(listing, root, retry=arguments.retry_broken, report=report)
        print(f"Fetched {done.fetched:,} pictures into {root}")
        if done.broken:
            first = done.broken[0]
            print(
                f"{len(done.broken):,} cannot be had and are left out ({tables.plain(first.file_name)}: "
                f"{tables.plain(first.reason)}); --retry-broken asks again"
            )


def shard_paths(patterns: list[str]) -> list[Path]:
    """Files of names, of patterns with `*` and of counted ones, `photos-{000..009}.tar`. Raises `SourceError` for a
    pattern that fits nothing."""
    paths: list[Path] = []
    for pattern in patterns:
        for one in _counted(pattern):
            whole = Path(one).expanduser()
            found = [Path(name) for name in sorted(glob.glob(str(whole)))] if glob.has_magic(one) else [whole]  # noqa: PTH207
            if not found:
                raise SourceError(f"no shard fits {one!a}")
            paths += found
    return paths


def _counted(pattern: str) -> list[str]:
    spans = [(int(one[1]), int(one[2]), len(one[1])) for one in _BRACES.finditer(pattern)]
    count = 1
    for first, last, _ in spans:
        count *= max(last - first + 1, 0)
    if count > _MOST_SHARDS:
        raise SourceError(f"{pattern!a} stands for {count:,} shards; at most {_MOST_SHARDS:,}")
    texts = _BRACES.split(pattern)[::3]  # between two texts stand the two numbers of a span
    choices = ([f"{number:0{width}}" for number in range(first, last + 1)] for first, last, width in spans)
    return [
        "".join(itertools.chain.from_iterable(itertools.zip_longest(texts, chosen, fillvalue="")))
        for chosen in itertools.product(*choices)
    ]


def _write(arguments: argparse.Namespace, found: RecordSet) -> None:
    """COCO files beside the pictures, so that the collection can be added to and built again without the source."""
    from core import dataset

    arguments.captions = arguments.images / "captions.json"
    arguments.instances = arguments.images / "instances.json" if found.categories else None
    dataset.write_coco(found, arguments.captions, arguments.instances)
    if found.skipped:
        first = found.skipped[0]
        print(f"Left out {len(found.skipped):,} ({tables.plain(first.file_name)}: {tables.plain(first.reason)})")
