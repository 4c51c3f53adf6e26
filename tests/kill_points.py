"""Run as a program: publish a collection again and again, killed at each step in turn, and tell what a reader saw.

    python -m tests.kill_points FOLDER exchange|rename

Every call that opens, renames, makes or removes something raises an audit event in Python. Attempt n is a forked child
that sends itself SIGKILL at its n-th such event, before the call is carried out: nothing of it can clean up. After each
the parent opens the store, as any reader would, and then publishes undisturbed. The last line is a JSON list of
[n, version seen after the kill, version seen after the next publish, names left in the db].
"""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from pathlib import Path

from core import store
from core.store import switching
from tests import colour_collection

OLD = (("red", ("a red bus",)), ("green", ("so green",)))
NEW = (("blue", ("blue sea", "blue")), ("white", ()), ("black", ("black cat",)))
_EVENTS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "ctypes.dlsym")


def version(folder: Path) -> str:
    """Which of the two versions a store is; it must be one of them whole."""
    opened = store.open_store(folder)
    seen = [(record.categories[0], tuple(caption.text for caption in record.captions)) for record in opened.records]
    for name, entries in (("old", OLD), ("new", NEW)):
        if seen == list(entries) and opened.image_index.count == len(entries):
            return name
    raise AssertionError(f"a mixture: {seen}")


def publish_and_die(db: Path, at: int) -> bool:
    """Publish NEW over OLD in a child killed at its `at`-th event; True when it got through before that."""
    child = os.fork()
    if child == 0:
        events = 0

        def count(event: str, _: object) -> None:
            nonlocal events
            if event in _EVENTS:
                events += 1
                if events == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        colour_collection.write(db, entries=NEW)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def main(folder: Path, mode: str) -> None:
    warnings.simplefilter("ignore")  # forking beside idle threads of libraries, which the child does not use
    db = folder / "db"
    if mode == "rename":
        switching._exchange = lambda *_: False  # type: ignore[assignment]
    seen = []
    for at in range(1, 1000):
        colour_collection.write(db, entries=OLD)
        finished = publish_and_die(db, at)
        after_kill = version(db / "colours")
        colour_collection.write(db, entries=NEW)
        left = sorted(path.name for path in db.iterdir())
        seen.append([at, after_kill, version(db / "colours"), left])
        if finished:
            break
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
