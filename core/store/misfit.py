"""Whether an encoder fits a store, and the command that builds a store again."""

from __future__ import annotations

import shlex
from pathlib import Path

from core import config
from core.encoder.contract import EncoderSpec
from core.errors import StoreMisfitError
from core.store import places
from core.store.manifest import Manifest
from core.store.opened import Store


def check_fits(store: Store, spec: EncoderSpec) -> None:
    """Raise `StoreMisfitError` naming both unless the store was built with exactly this encoder: vectors of two models
    have nothing to do with each other, even where their widths agree."""
    _check(store, store.manifest.encoder, spec, "was built with")


def check_text_fits(store: Store, spec: EncoderSpec) -> None:
    """As `check_fits`, for the encoder of the captions and text queries."""
    text = store.manifest.text_encoder
    _check(store, text.spec if text else store.manifest.encoder, spec, "has captions encoded with")


def _check(store: Store, wanted: EncoderSpec, found: EncoderSpec, how: str) -> None:
    if found != wanted:
        raise StoreMisfitError(
            f"collection {store.manifest.name!r} {how} {_named(wanted)}, "
            f"but the encoder is {_named(found)}; build it again: {rebuild_command(store.manifest, store.folder)}"
        )


def rebuild_command(manifest: Manifest, folder: Path) -> str:
    """The command line that builds the collection again from its source, with the models it was built with."""
    text = manifest.text_encoder
    source, db = manifest.source, folder.absolute().parent
    words = ["python", "-m", "core", "build", manifest.name]
    for option, value in (
        ("--images", source.images_root),
        ("--captions", source.captions),
        ("--instances", source.instances),
    ):
        words += [option, str(places.resolved(value, folder))] if value else []
    usual = (Path.cwd() / "clip_db", config.project_root() / "clip_db")
    words += ["--db", str(db)] if db not in usual else []
    words += ["--labels-from-folders"] if source.labels_from_folders else []
    words += ["--model", manifest.model] if manifest.model != "bundled" else []
    words += ["--pretrained", manifest.pretrained] if manifest.pretrained else []
    words += ["--text-model", text.model] if text and text.model != "bundled" else []
    words += ["--text-pretrained", text.pretrained] if text and text.pretrained else []
    return shlex.join(words)


def _named(spec: EncoderSpec) -> str:
    return (
        f"{spec.family} {spec.model} ({spec.weights}, {spec.dim} wide, {spec.image_size} px, "
        f"fingerprint {spec.fingerprint[:12]})"
    )
