"""A page of queries with their first hits, to be looked at: texts by picture, or photos against a collection.

python benchmarks/query_page.py demo page.jpg --texts "a dog on the beach" "red bus"
python benchmarks/query_page.py demo page.jpg --photos photo.jpg another.jpg
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("build")

from PIL import Image, ImageDraw, ImageFont, ImageOps  # noqa: E402

from core import images, open_collection  # noqa: E402

_TILE, _LINE, _GAP = 190, 16, 8


def tile(picture: Image.Image | None, text: str) -> Image.Image:
    """A picture fitted into a square with two lines of text below it; the text alone where there is no picture."""
    paper = Image.new("RGB", (_TILE, _TILE + 3 * _LINE), "white")
    draw = ImageDraw.Draw(paper)
    if picture is None:
        draw.multiline_text((4, 40), textwrap.fill(text, 20), fill="black", font=ImageFont.load_default(16))
        return paper
    fitted = ImageOps.contain(picture, (_TILE, _TILE))
    paper.paste(fitted, ((_TILE - fitted.width) // 2, _TILE - fitted.height))
    draw.multiline_text((2, _TILE + 2), textwrap.fill(text, 36), fill="black", font=ImageFont.load_default(11))
    return paper


def main() -> None:
    """Draw one row for each query."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("page", type=Path, metavar="PAGE")
    parser.add_argument("--texts", nargs="*", default=[])
    parser.add_argument("--photos", nargs="*", type=Path, default=[])
    parser.add_argument("--by", choices=("image", "caption", "fused"), default="image")
    parser.add_argument("-k", type=int, default=5)
    arguments = parser.parse_args()
    collection = open_collection(arguments.name)
    rows = []
    for text in arguments.texts:
        rows.append((tile(None, text), collection.search(text, k=arguments.k, by=arguments.by)))
    for path in arguments.photos:
        photo = images.open_image(path.read_bytes())
        rows.append((tile(photo, "query"), collection.search_image(photo, k=arguments.k)))
    width, height = (_TILE + _GAP) * (arguments.k + 1), _TILE + 3 * _LINE + _GAP
    page = Image.new("RGB", (width, height * len(rows)), "#dddddd")
    for number, (query, hits) in enumerate(rows):
        page.paste(query, (0, number * height))
        for place, hit in enumerate(hits, 1):
            kept = collection.thumbnail(hit.record, _TILE)
            shown = images.open_image(kept) if kept else None
            caption = hit.record.captions[0].display if hit.record.captions else hit.record.file_name
            page.paste(tile(shown, f"{hit.score:.2f} {caption}"[:75]), (place * (_TILE + _GAP), number * height))
    page.save(arguments.page, quality=88)
    print(arguments.page)


if __name__ == "__main__":
    main()
