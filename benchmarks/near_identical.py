"""What tells the same picture, saved again, from another picture like it: cosine of the vectors and difference hash.

    python benchmarks/near_identical.py NAME [--db DIR] [--pictures 40]

`core.search.folding.ALIKE` and `core.images.HASH_TOLERANCE` were chosen with this: the first low enough for nearly all
altered pictures, the second between them and the pairs of different pictures that the model finds most alike. Measure
again with another model; the pictures' files must be there.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("build")

import numpy as np  # noqa: E402
from PIL import Image, ImageEnhance  # noqa: E402

from core import collection, config, images  # noqa: E402
from core.cli import tables  # noqa: E402
from core.search import folding  # noqa: E402

PAIRS = 200


def main() -> None:
    """Print one line for each alteration, and one for the most alike pairs of different pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--db", type=Path, default=config.Settings.from_environment().db)
    parser.add_argument("--pictures", type=int, default=40)
    arguments = parser.parse_args()
    opened = collection.open_collection(arguments.name, arguments.db)
    stored, vectors = opened.store, opened.store.image_index.vectors()
    chosen = np.unique(np.linspace(0, len(vectors) - 1, arguments.pictures).astype(int))
    found: dict[str, list[tuple[float, int]]] = {}
    for row in chosen:
        picture = opened.picture(stored.records[row].image_id)
        own = images.difference_hash(jpeg(picture, 95))
        for how, altered in alterations(picture).items():
            cosine = float(vectors[row] @ opened.encoder.encode_images([altered])[0])
            differing = images.differing_bits(own, images.difference_hash(jpeg(altered, 95)))
            found.setdefault(how, []).append((cosine, differing))
    cosines = np.triu(vectors @ vectors.T, 1)
    first = np.argpartition(-cosines, PAIRS, axis=None)[:PAIRS]
    pairs = [divmod(int(at), len(vectors)) for at in first]
    hashes = {row: images.difference_hash(stored.picture_path(stored.records[row])) for pair in pairs for row in pair}
    found[f"{PAIRS} most alike pairs"] = [
        (float(cosines[pair]), images.differing_bits(*(hashes[row] for row in pair))) for pair in pairs
    ]
    rows = [line(how, measured) for how, measured in found.items()]
    print(f"{arguments.name}: near-identical from a cosine of {folding.ALIKE} and up to {images.HASH_TOLERANCE} bits\n")
    headers = ("", "cosine, least", "median", "bits, least", "median", "most", "taken for the same")
    tables.print_table(headers, rows, right=(1, 2, 3, 4, 5, 6))


def line(how: str, measured: list[tuple[float, int]]) -> tuple[str, ...]:
    cosines, bits = (np.array(column) for column in zip(*measured, strict=True))
    same = (cosines >= folding.ALIKE) & (bits <= images.HASH_TOLERANCE)
    numbers = f"{cosines.min():.3f}", f"{np.median(cosines):.3f}", f"{bits.min()}", f"{np.median(bits):.0f}"
    return how, *numbers, f"{bits.max()}", f"{same.mean():.0%}"


def alterations(picture: Image.Image) -> dict[str, Image.Image]:
    wide, high = picture.size
    cut = {share: (int(share * wide), int(share * high)) for share in (0.02, 0.04, 0.1)}
    return {
        "JPEG of quality 40": Image.open(io.BytesIO(jpeg(picture, 40))).convert("RGB"),
        "half the size": picture.resize((wide // 2, high // 2)),
        "25 % brighter": ImageEnhance.Brightness(picture).enhance(1.25),
        **{
            f"{share:.0%} cut from every side": picture.crop((left, top, wide - left, high - top))
            for share, (left, top) in cut.items()
        },
    }


def jpeg(picture: Image.Image, quality: int) -> bytes:
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=quality)
    return encoded.getvalue()


if __name__ == "__main__":
    main()
