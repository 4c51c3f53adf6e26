"""`python -m core import`: an index of the older layout becomes a collection."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli import options, progress_bar

_SUMMARY = "Import an index of the older layout (images/ and text/) without encoding its pictures again."
_EXAMPLES = """  python -m core import ~/old/clip_db coco --images val2017 --model ViT-B-32 --pretrained openai
  python -m core import ~/old/clip_db coco --images val2017 --captions captions_val2017.json \\
      --model ViT-B-32 --pretrained laion2b_s34b_b79k

The older layout does not say which model made its vectors, so name it: it is tried on some of the
captions and pictures, and refused when they do not come out the same."""


def register(commands: options.Commands) -> None:
    """Adds `import`."""
    parser = options.add_command(commands, "import", summary=_SUMMARY, examples=_EXAMPLES)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the one that holds images/ and text/")
    options.add_collection(parser)
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="folder of the pictures")
    parser.add_argument("--captions", type=Path, metavar="FILE", help="COCO captions JSON: file names, licences")
    parser.add_argument("--model", required=True, help="what it was built with, as for `build`")
    parser.add_argument("--pretrained", metavar="TAG_OR_PATH", help="weights of an architecture")
    parser.add_argument("--title", metavar="TEXT", help="the name people see (default: NAME)")
    options.add_device(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Imports, and says by what the model was recognised."""
    from core import older_layout

    with progress_bar.shown() as report:
        done = older_layout.import_older(
            arguments.folder.expanduser(),
            arguments.name,
            arguments.images.expanduser(),
            model=options.lasting(arguments.model),
            pretrained=options.lasting(arguments.pretrained),
            captions=arguments.captions,
            db=options.db_folder(arguments),
            title=arguments.title,
            device=arguments.device,
            report=report,
        )
    seen = f" and of pictures {done.picture_cosine:.3f}" if done.picture_cosine is not None else ""
    print(f"The model fits: encoded again, the cosine of captions is {done.text_cosine:.3f}{seen}")
    if done.missing:
        print(f"note: {done.missing:,} picture files are not in {arguments.images}; they are found and not shown")
    print(f"{done.name}: {done.images:,} pictures, {done.captions:,} captions in {done.folder}")
    return 0
