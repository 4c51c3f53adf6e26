"""The models of an open collection, loaded when they are first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from core import encoder, store

if TYPE_CHECKING:
    from core.encoder import Encoder
    from core.store import Store


class Models:
    """What encodes queries for `opened`, on `device`; one that is already there can be given as `loaded`. Safe to share
    between threads. Raises `StoreMisfitError` for a model that is not the store's, `EncoderError` where one cannot be
    loaded."""

    def __init__(self, opened: Store, device: str, loaded: Encoder | None = None) -> None:
        self._store = opened
        self._device = device
        self._pictures = loaded
        self._texts: Encoder | None = None
        self._loading = threading.Lock()
        if loaded is not None:
            store.check_fits(opened, loaded.spec)

    @property
    def pictures(self) -> Encoder:
        """The one that the pictures were encoded with."""
        with self._loading:
            if self._pictures is None:
                manifest = self._store.manifest
                loaded = encoder.load_encoder(manifest.model, manifest.pretrained, device=self._device)
                store.check_fits(self._store, loaded.spec)
                self._pictures = loaded
            return self._pictures

    @property
    def texts(self) -> Encoder:
        """The one that reads: the same, or that of the captions where it does not."""
        text = self._store.manifest.text_encoder
        if text is None:
            return self.pictures
        with self._loading:
            if self._texts is None:
                loaded = encoder.load_encoder(text.model, text.pretrained, device=self._device)
                store.check_text_fits(self._store, loaded.spec)
                self._texts = loaded
            return self._texts
