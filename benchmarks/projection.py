"""Time and trustworthiness of t-SNE by library, on vectors of real pictures with their captions.

    python benchmarks/projection.py [--data ../shared/data/flickr8k] [--points 5000 20000] [--libraries ours sklearn]

Each point is a caption beside its picture, both as the bundled model encodes them: 2 × 256 numbers of unit length.
Where the photos are not there, the demo's own pictures and captions stand in, fewer and drawn. "ours" is what the
dashboard does: exact neighbours, then openTSNE, on two threads; "annoy" is openTSNE with the neighbours it finds by
itself; "sklearn" is scikit-learn's TSNE with its defaults. Every run is a process of its own. The promise is 20,000 ×
512 within three minutes on two cores. Wall clock counts whatever else the machine does, processor time does not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("build")

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from core import config, encoder, store  # noqa: E402
from core.cli import tables  # noqa: E402
from core.projection import quality, tsne  # noqa: E402

LIBRARIES = ("ours", "annoy", "sklearn")
PROMISE = 180  # seconds for 20,000 points
_BATCH = 64


def material(data: Path, most: int) -> tuple[np.ndarray, str]:
    """Up to `most` unit rows `(n, 512)`, and what they are."""
    annotations = data / "annotations" / "captions_train.json"
    if not annotations.is_file():
        opened = store.open_store(config.project_root() / "clip_db" / "demo")
        pictures = opened.image_index.vectors()[opened.caption_image_rows]
        return _beside(pictures, opened.caption_index.vectors())[:most], "the demo's captions beside their pictures"
    read = json.loads(annotations.read_bytes())
    said: dict[int, list[str]] = {}
    for one in read["annotations"]:
        said.setdefault(one["image_id"], []).append(one["caption"])
    model, parts, count = encoder.load_encoder("bundled"), [], 0
    for start in range(0, len(read["images"]), _BATCH):
        entries = read["images"][start : start + _BATCH]
        opened_pictures = [Image.open(data / "train" / one["file_name"]).convert("RGB") for one in entries]
        texts = [said[one["id"]] for one in entries]
        pictures = np.repeat(model.encode_images(opened_pictures), [len(group) for group in texts], axis=0)
        parts.append(_beside(pictures, model.encode_texts([text for group in texts for text in group])))
        count += len(parts[-1])
        if count >= most:
            break
    return np.concatenate(parts)[:most], f"captions of {data.name} beside their pictures"


def _beside(pictures: np.ndarray, captions: np.ndarray) -> np.ndarray:
    return (np.concatenate([pictures, captions], axis=1) / np.sqrt(2)).astype(np.float32)


def lay_out(library: str, vectors: np.ndarray) -> np.ndarray:
    """The points, float32 `(n, 2)`."""
    if library == "ours":
        return tsne.tsne_points(vectors, 2)
    if library == "annoy":
        import openTSNE

        return np.asarray(openTSNE.TSNE(n_jobs=2, metric="cosine", random_state=0).fit(vectors), np.float32)
    from sklearn.manifold import TSNE

    return TSNE(n_jobs=2, random_state=0).fit_transform(vectors).astype(np.float32)


def once(library: str, file: Path) -> dict[str, float]:
    """One run in this process."""
    vectors = np.load(file)
    began, spent = time.perf_counter(), time.process_time()
    points = lay_out(library, vectors)
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    judged = quality.judge(vectors, points)
    assert judged is not None
    return {"wall": wall, "cpu": cpu, "trustworthiness": judged.trustworthiness, "kept": judged.kept}


def main(argv: Sequence[str] | None = None) -> int:
    """Print one line per library and number of points; exit code 1 when ours is slower than promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=config.project_root().parent / "shared" / "data" / "flickr8k")
    parser.add_argument("--points", type=int, nargs="+", default=[5000, 20_000])
    parser.add_argument("--libraries", nargs="+", choices=LIBRARIES, default=list(LIBRARIES))
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.worker:
        print(json.dumps(once(arguments.worker[0], Path(arguments.worker[1]))))
        return 0
    vectors, what = material(arguments.data, max(arguments.points))
    print(f"{what}; load {os.getloadavg()[0]:.1f} on {threads.usable_cores()} cores\n")
    rows, kept = [], True
    with tempfile.TemporaryDirectory() as folder:
        for count in arguments.points:
            file = Path(folder) / f"{count}.npy"
            np.save(file, vectors[:count])
            for library in arguments.libraries:
                asked = [sys.executable, __file__, "--worker", library, str(file)]
                done = subprocess.run(asked, check=True, capture_output=True, text=True)
                run = json.loads(done.stdout.splitlines()[-1])
                kept &= library != "ours" or run["wall"] <= PROMISE
                shown = f"{run['wall']:.0f}", f"{run['cpu']:.0f}", f"{run['trustworthiness']:.3f}", f"{run['kept']:.0%}"
                rows.append((f"{min(count, len(vectors)):,}", library, *shown))
    headers = ("points", "library", "seconds", "processor s", "trustworthiness", "neighbours kept")
    tables.print_table(headers, rows, right=(0, 2, 3, 4, 5))
    print(f"\n{PROMISE} s for 20,000 points: {'kept' if kept else 'not kept'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
