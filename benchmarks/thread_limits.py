"""Which thread limit suits the dashboard: queries a second and the median wait, by limit and number of sessions.

    python benchmarks/thread_limits.py [--collection demo] [--limits 1 2 4] [--sessions 1 4] [--queries 120]

Each limit runs in a process of its own, because libraries read their variables once. The rows of one session count are
measured in turn, three times over, and the medians are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_REPEATS = 3


def measure(collection_name: str, sessions: int, queries: int) -> dict[str, float]:
    """`queries` searches shared by `sessions` threads in this process."""
    sys.path.insert(0, str(ROOT))
    from core import threads

    threads.apply("dashboard")
    from core import open_collection

    collection = open_collection(collection_name)
    texts = [caption.display for caption in collection.store.captions[:queries]]
    for text in texts[:5]:
        collection.search(text)

    def ask(text: str) -> float:
        began = time.perf_counter()
        collection.search(text)
        return 1000 * (time.perf_counter() - began)

    began = time.perf_counter()
    with ThreadPoolExecutor(sessions) as pool:
        waits = list(pool.map(ask, texts))
    return {"per_second": len(texts) / (time.perf_counter() - began), "median_ms": statistics.median(waits)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collection", default="demo")
    parser.add_argument("--limits", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--queries", type=int, default=120)
    parser.add_argument("--worker", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        print(json.dumps(measure(arguments.collection, arguments.worker, arguments.queries)))
        return
    print(f"{os.cpu_count()} cores; medians of {_REPEATS} runs")
    for sessions in arguments.sessions:
        runs: dict[int, list[dict[str, float]]] = {limit: [] for limit in arguments.limits}
        for _ in range(_REPEATS):
            for limit in arguments.limits:
                command = [sys.executable, __file__, "--worker", str(sessions), "--collection", arguments.collection]
                done = subprocess.run(
                    [*command, "--queries", str(arguments.queries)],
                    env={**os.environ, "OMP_NUM_THREADS": str(limit)},
                    check=True,
                    capture_output=True,
                    text=True,
                )
                runs[limit].append(json.loads(done.stdout.splitlines()[-1]))
        for limit, measured in runs.items():
            rate = statistics.median(run["per_second"] for run in measured)
            wait = statistics.median(run["median_ms"] for run in measured)
            print(f"{sessions} session(s), {limit} thread(s): {rate:7.1f} queries/s, median wait {wait:7.1f} ms")


if __name__ == "__main__":
    main()
