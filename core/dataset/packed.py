"""Pictures that come packed, in shards or in a Hugging Face data set: put into a folder, one file each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core import images, whole_file
from core.dataset import folders
from core.errors import SourceError, UnsafePathError
from core.records import Caption, Category, ImageRecord, RecordSet, Skipped


@dataclass(frozen=True, slots=True)
class Sample:
    """One packed picture: the name it is to have below the folder, its encoded bytes, captions, and label."""

    file_name: str
    encoded: bytes
    captions: tuple[str, ...] = ()
    label: str = ""


class Unpacking:
    """Takes samples one by one; `records` is what they make. The ids come from the file names."""

    def __init__(self, into: Path) -> None:
        self._into = into
        self._pictures: dict[int, str] = {}
        self._names: set[str] = set()
        self._captions: dict[int, str] = {}
        self._samples: dict[int, tuple[tuple[Caption, ...], str]] = {}
        self.skipped: list[Skipped] = []

    def add(self, sample: Sample) -> None:
        """Write the picture, unless it is there already with its size. A name that is unsafe or was had before is
        skipped. Raises `SourceError` when the disk does not take it."""
        name = sample.file_name
        if name in self._names:
            self.skip(name, "another picture has this name already")
            return
        try:
            name.encode()
            target = images.resolve_inside(self._into, name)
        except (UnsafePathError, UnicodeEncodeError) as error:
            self.skip(name, str(error) if isinstance(error, UnsafePathError) else "the file name is not valid UTF-8")
            return
        _keep(target, sample.encoded)
        self._names.add(name)
        image_id = folders.free_id(name, self._pictures)
        self._pictures[image_id] = name
        spoken = []
        for number, text in enumerate(text for text in sample.captions if text.strip()):
            caption_id = folders.free_id(f"{name}\0{number}", self._captions)
            self._captions[caption_id] = name
            # Halves of surrogate pairs cannot be stored
            spoken.append(Caption(caption_id, text.encode("utf-8", "replace").decode()))
        self._samples[image_id] = tuple(spoken), sample.label.strip()

    def skip(self, name: str, reason: str) -> None:
        """Note one that cannot be used."""
        self.skipped.append(Skipped(None, ascii(name)[1:-1][:200], reason))

    def records(self, source: str) -> RecordSet:
        """Everything taken. Raises `SourceError` naming `source` when that is nothing."""
        if not self._samples:
            first = f"; the first: {self.skipped[0].file_name}: {self.skipped[0].reason}" if self.skipped else ""
            raise SourceError(f"{source}: no pictures in it{first}")
        labels = sorted({label for _, label in self._samples.values() if label})
        records = tuple(
            ImageRecord(image_id, self._pictures[image_id], captions=spoken, categories=(label,) if label else ())
            for image_id, (spoken, label) in sorted(self._samples.items())
        )
        categories = tuple(Category(number, name) for number, name in enumerate(labels, start=1))
        return RecordSet(records, categories, skipped=tuple(self.skipped))


def suffix_of(encoded: bytes) -> str:
    """The suffix that fits the first bytes of a picture, "" for what is none."""
    if encoded[:4] == b"RIFF" and encoded[8:12] == b"WEBP":
        return ".webp"
    starts = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"GIF8": ".gif", b"BM": ".bmp"}
    starts |= {b"II*\0": ".tif", b"MM\0*": ".tif"}
    return next((suffix for start, suffix in starts.items() if encoded.startswith(start)), "")


def lines(text: str) -> Iterable[str]:
    """The captions in a text: a line each."""
    return (line for line in text.splitlines() if line.strip())


def _keep(target: Path, encoded: bytes) -> None:
    try:
        if target.is_file() and target.stat().st_size == len(encoded):
            return
        whole_file.write(target, encoded)
    except OSError as error:
        raise SourceError(
            f"{target}: cannot be written ({error.strerror or error}); make room, then give the same command again"
        ) from error
