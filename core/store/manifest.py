"""What a store says about itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.encoder.contract import EncoderSpec
from core.errors import StoreCorruptError, StoreMisfitError
from core.records import Category, License, Skipped
from core.store import layout
from core.store.checked_json import field, items, parse

FORMAT_VERSION = 1
"""Of the manifest and the files that it describes; a store of another one is refused."""
METRIC = "cosine"
INDEX_KIND = "exact"
MAX_LISTED_SKIPS = 200  # the manifest is read at every look at the collections, so it stays small


@dataclass(frozen=True, slots=True)
class Source:
    """Where a collection came from. `images_root` is the picture folder: relative to the store's folder when both lie
    in one project, so that they can move together, else absolute. The others are for showing and rebuilding."""

    images_root: str
    captions: str | None = None
    instances: str | None = None
    labels_from_folders: bool = False


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """The model of captions and text queries, where that is not the model of the pictures. `model` and `pretrained`
    load it again."""

    spec: EncoderSpec
    model: str
    pretrained: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What the writer of a store must know besides its contents. `model` and `pretrained` load the encoder again;
    `text_encoder` is the model of the captions where another one read them."""

    name: str
    title: str
    source: Source
    encoder: EncoderSpec
    model: str
    pretrained: str | None = None
    text_encoder: TextEncoder | None = None

    @property
    def caption_dim(self) -> int:
        """Width of the caption vectors."""
        return self.text_encoder.spec.dim if self.text_encoder else self.encoder.dim


@dataclass(frozen=True, slots=True)
class FileSum:
    """Size in bytes, sha256 (hex) for `verify`, and CRC-32 (hex), which is seven times faster, for every opening."""

    size: int
    sha256: str
    crc32: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`manifest.json`. `images` and `captions` count entries; `caption_vectors` is the same as `captions`, or 0 when
    no encoder read them. `text_encoder` is the one that did where it is not `encoder`; stores without one lack the key.
    `skipped` counts the inputs left out, of which `skips` lists the first 200.
    `created_at` (first build) and `changed_at` are UTC in ISO form; they alone differ between two equal builds."""

    name: str
    title: str
    source: Source
    encoder: EncoderSpec
    model: str
    pretrained: str | None
    dim: int
    images: int
    captions: int
    caption_vectors: int
    skipped: int
    skips: tuple[Skipped, ...]
    categories: tuple[Category, ...]
    licenses: tuple[License, ...]
    files: Mapping[str, FileSum]
    created_at: str
    changed_at: str
    text_encoder: TextEncoder | None = None
    format_version: int = FORMAT_VERSION
    metric: str = METRIC
    index_kind: str = INDEX_KIND
    vector_type: str = "float16"

    @property
    def caption_dim(self) -> int:
        """Width of the caption vectors; `dim` is that of the pictures'."""
        return self.text_encoder.spec.dim if self.text_encoder else self.dim


def to_bytes(manifest: Manifest) -> bytes:
    """The manifest as JSON, its own sum last: a changed byte anywhere in it shows."""
    source, text = manifest.source, manifest.text_encoder
    values: dict[str, Any] = {
        "format_version": manifest.format_version,
        "name": manifest.name,
        "title": manifest.title,
        "source": {key: getattr(source, key) for key in Source.__slots__},
        "encoder": _spec_values(manifest.encoder),
        "model": manifest.model,
        "pretrained": manifest.pretrained,
        "metric": manifest.metric,
        "dim": manifest.dim,
        "images": manifest.images,
        "captions": manifest.captions,
        "caption_vectors": manifest.caption_vectors,
        "index_kind": manifest.index_kind,
        "vector_type": manifest.vector_type,
        "skipped": manifest.skipped,
        "skips": [[one.image_id, one.file_name, one.reason] for one in manifest.skips],
        "categories": [[one.category_id, one.name, one.supercategory] for one in manifest.categories],
        "licenses": [[one.license_id, one.name, one.url] for one in manifest.licenses],
        "files": {
            path: {key: getattr(sums, key) for key in FileSum.__slots__} for path, sums in manifest.files.items()
        },
        "created_at": manifest.created_at,
        "changed_at": manifest.changed_at,
    }
    if text:
        values["text_encoder"] = {"spec": _spec_values(text.spec), "model": text.model, "pretrained": text.pretrained}
    values["manifest_sha256"] = _own_sum(values)
    return _written(values)


def from_bytes(data: bytes, place: str) -> Manifest:
    """Read and check a manifest. `place` (the file) is for messages.

    Raises `StoreMisfitError` for another format version or metric, `StoreCorruptError` for anything else amiss.
    """
    values = parse(data, place)
    version = field(values, "format_version", int, place)
    if version != FORMAT_VERSION:
        raise StoreMisfitError(
            f"{place}: store format {version}, this program reads format {FORMAT_VERSION}; "
            "build the collection again, or use the version of Coco Lens that wrote it"
        )
    # The bytes too, not only the values: a changed space is as much a sign of damage as a changed digit.
    if field(values, "manifest_sha256", str, place) != _own_sum(values) or data != _written(values):
        raise StoreCorruptError(f"{place}: altered since it was written, its own sum does not match")
    for key, only in (("metric", METRIC), ("index_kind", INDEX_KIND), ("vector_type", "float16")):
        if field(values, key, str, place) != only:
            raise StoreMisfitError(f"{place}: {key} {values[key]!r}, this program reads {only!r}; build it again")
    source = field(values, "source", dict, place)
    files = field(values, "files", dict, place)
    if set(files) - {layout.RELEVANCE} != set(layout.FILES):
        raise StoreCorruptError(f"{place}: files: expected {', '.join(layout.FILES)}, found {', '.join(files)}")
    return Manifest(
        name=field(values, "name", str, place),
        title=field(values, "title", str, place),
        source=Source(
            field(source, "images_root", str, place),
            _optional_text(source, "captions", place),
            _optional_text(source, "instances", place),
            field(source, "labels_from_folders", bool, place),
        ),
        encoder=_spec(field(values, "encoder", dict, place), place),
        model=field(values, "model", str, place),
        pretrained=_optional_text(values, "pretrained", place),
        dim=field(values, "dim", int, place),
        images=field(values, "images", int, place),
        captions=field(values, "captions", int, place),
        caption_vectors=field(values, "caption_vectors", int, place),
        skipped=field(values, "skipped", int, place),
        skips=tuple(Skipped(*_triple(one, place, int | None)) for one in field(values, "skips", list, place)),
        categories=tuple(Category(*_triple(one, place, int)) for one in field(values, "categories", list, place)),
        licenses=tuple(License(*_triple(one, place, int)) for one in field(values, "licenses", list, place)),
        files=MappingProxyType(
            {
                path: FileSum(
                    field(sums, "size", int, place), field(sums, "sha256", str, place), field(sums, "crc32", str, place)
                )
                for path, sums in files.items()
            }
        ),
        created_at=field(values, "created_at", str, place),
        changed_at=field(values, "changed_at", str, place),
        text_encoder=_text_encoder(values, place),
    )


def _spec_values(spec: EncoderSpec) -> dict[str, Any]:
    return {key: getattr(spec, key) for key in EncoderSpec.__slots__}


def _spec(entry: Any, place: str) -> EncoderSpec:
    return EncoderSpec(
        family=field(entry, "family", str, place),
        model=field(entry, "model", str, place),
        weights=field(entry, "weights", str, place),
        dim=field(entry, "dim", int, place),
        image_size=field(entry, "image_size", int, place),
        fingerprint=field(entry, "fingerprint", str, place),
    )


def _text_encoder(values: Mapping[str, Any], place: str) -> TextEncoder | None:
    if "text_encoder" not in values:
        return None
    entry = field(values, "text_encoder", dict, place)
    return TextEncoder(
        _spec(field(entry, "spec", dict, place), place),
        field(entry, "model", str, place),
        _optional_text(entry, "pretrained", place),
    )


def _written(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


def _own_sum(values: Mapping[str, Any]) -> str:
    others = {key: value for key, value in values.items() if key != "manifest_sha256"}
    return hashlib.sha256(json.dumps(others, sort_keys=True).encode()).hexdigest()


def _optional_text(entry: Any, key: str, place: str) -> str | None:
    return None if isinstance(entry, dict) and entry.get(key) is None else field(entry, key, str, place)


def _triple(entry: Any, place: str, first: Any) -> tuple[Any, str, str]:
    """[number, text, text], as the small tables are kept."""
    if not isinstance(entry, list) or len(entry) != 3 or not isinstance(entry[0], first):
        raise StoreCorruptError(f"{place}: expected a list of a number and two texts")
    second, third = items(entry[1:], str, place)
    return entry[0], second, third
