"""Loads one collection's model in a thread of its own, so that no page waits for it before its first paint.

The thread never calls Streamlit.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from core import errors

if TYPE_CHECKING:
    from core.collection import Collection


class Warmup:
    """One model, loaded once however many sessions ask for it. A failed load is told to each waiter and tried again at
    the next call, because the reason may be gone by then (a download, a missing folder)."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._fault: BaseException | None = None
        self._ready = False

    @property
    def ready(self) -> bool:
        """True once the model is in memory and has encoded a first text."""
        return self._ready

    def start(self) -> threading.Thread | None:
        """Begin, unless it is done or under way. Returns the thread at work, None when it is done."""
        with self._lock:
            if self._ready:
                return None
            if self._thread is None or not self._thread.is_alive():
                self._fault = None
                self._thread = threading.Thread(target=self._load, name="coco-lens-warmup", daemon=True)
                self._thread.start()
            return self._thread

    def wait(self) -> None:
        """Load it and return when it is ready. Raises what loading raised."""
        thread = self.start()
        if thread is not None:
            thread.join()
        if self._fault is not None:
            raise self._fault

    def _load(self) -> None:
        try:
            self._collection.encoder  # noqa: B018 - loads it
            # The first text costs several times the later ones; pay it here and not in the first search.
            self._collection.text_encoder.encode_texts(["a picture"])
        except errors.NoTextSideError:
            self._ready = True
        except BaseException as error:
            self._fault = error
        else:
            self._ready = True
