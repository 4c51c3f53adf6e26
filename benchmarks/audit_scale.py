"""Time and memory of the exact search for near-duplicates, on random unit vectors with planted copies.

    python benchmarks/audit_scale.py [--count 120000] [--dim 512] [--copies 1000] [--floor 0.9] [--runs 3]

Every run is a process of its own, so that its highest memory is its own. Random vectors have no principal axes and no
two of them are alike: nothing but the planted copies is found, and all of them must be. Prints each run and the median.
Run it on a machine that does nothing else; the load at the start is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import threads

threads.apply("build")

import numpy as np  # noqa: E402

from core.audit import pairs_above  # noqa: E402
from core.cli import tables  # noqa: E402


def planted(count: int, dim: int, copies: int) -> np.ndarray:
    """Random unit rows; the last `copies` are noisy versions of the first, with cosines of 0.93 to 0.99."""
    chance = np.random.default_rng(0)
    vectors = chance.standard_normal((count, dim), np.float32)
    shorten(vectors)
    if copies:
        noise = chance.standard_normal((copies, dim), np.float32)
        shorten(noise)
        vectors[-copies:] = vectors[:copies] + chance.uniform(0.15, 0.38, (copies, 1)).astype(np.float32) * noise
        shorten(vectors[-copies:])
    return vectors


def shorten(vectors: np.ndarray) -> None:
    """To unit length, in place and without a copy, which would count as memory of the search."""
    vectors /= np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]


def once(arguments: argparse.Namespace) -> dict[str, float]:
    """One run, in this process."""
    vectors = planted(arguments.count, arguments.dim, arguments.copies)
    before = _peak()
    began, busy = time.perf_counter(), time.process_time()
    found = pairs_above(vectors, arguments.floor)
    seconds, cpu = time.perf_counter() - began, time.process_time() - busy
    wanted = {(row, arguments.count - arguments.copies + row) for row in range(arguments.copies)}
    hits = wanted & set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "vectors_mb": vectors.nbytes / 1e6,
        "extra_mb": _peak() - before,
        "pairs": len(found),
        "copies_found": len(hits),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print one line per run and the medians; exit code 1 when a copy was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=120_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--floor", type=float, default=0.9)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.worker:
        print(json.dumps(once(arguments)))
        return 0
    print(f"load {os.getloadavg()[0]:.1f} on {threads.usable_cores()} cores, {threads.in_force().threads} threads\n")
    passed = [sys.executable, __file__, "--worker"]
    for name in ("count", "dim", "copies", "floor"):
        passed += [f"--{name}", str(getattr(arguments, name))]
    runs = [
        json.loads(subprocess.run(passed, check=True, capture_output=True, text=True).stdout)
        for _ in range(arguments.runs)
    ]
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    tables.print_table(
        ("run", *medians),
        [
            (name, *(f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" for value in run.values()))
            for name, run in [*((str(number), run) for number, run in enumerate(runs, 1)), ("median", medians)]
        ],
        right=range(1, len(medians) + 1),
    )
    return 0 if all(run["copies_found"] == arguments.copies for run in runs) else 1


def _peak() -> float:
    """The highest memory of this process so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    sys.exit(main())
