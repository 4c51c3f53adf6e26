"""A JSON file from anywhere, read within limits; every fault is a `SourceError` with its place."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from core.errors import SourceError

MAX_BYTES = 1_000_000_000
"""COCO's largest, the train2017 instances, has 470 MB."""

_BULKY = ("segmentation", "keypoints")  # outlines are most of an instances file and nothing here reads them
_WORDS: dict[type, str] = {
    type(None): "null", bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list",
    dict: "an object",
}  # fmt: skip
_INT64 = 2**63


class Entry:
    """One JSON object and its place in the file, with readers that check what they return."""

    __slots__ = ("_fields", "place")

    def __init__(self, fields: Mapping[str, Any], place: str) -> None:
        self._fields = fields
        self.place = place

    def __contains__(self, key: str) -> bool:
        return self._fields.get(key) is not None

    def integer(self, key: str) -> int:
        """A whole number of 64 bits."""
        value = self._fields.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # as exported by tools that keep every number as a double
        if isinstance(value, bool) or not isinstance(value, int) or not -_INT64 <= value < _INT64:
            self.fail(key, "a whole number of 64 bits")
        return value

    def size(self, key: str) -> int:
        """A number of pixels, 0 where absent."""
        if key not in self:
            return 0
        value = self.integer(key)
        if not 0 <= value < 2**31:
            self.fail(key, "a number of pixels")
        return value

    def text(self, key: str) -> str:
        """A text. Halves of surrogate pairs, which cannot be written as UTF-8, become U+FFFD."""
        value = self._fields.get(key)
        if not isinstance(value, str):
            self.fail(key, "a text")
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def address(self, key: str) -> str:
        """A web address, "" where absent or of another kind: `javascript:` must never become a link."""
        value = self._fields.get(key)
        if not isinstance(value, str) or not value.lower().startswith(("http://", "https://")):
            return ""
        return self.text(key)

    def box(self, key: str) -> tuple[float, float, float, float]:
        """x, y, width, height; all finite."""
        value = self._fields.get(key)
        if not isinstance(value, list) or len(value) != 4:
            self.fail(key, "a list of four numbers")
        if any(isinstance(side, bool) or not isinstance(side, int | float) for side in value):
            self.fail(key, "a list of four numbers")
        try:
            x, y, width, height = (float(side) for side in value)
        except OverflowError:
            self.fail(key, "four numbers of a picture's size")
        if not all(map(math.isfinite, (x, y, width, height))):
            self.fail(key, "four finite numbers")
        return x, y, width, height

    def entries(self, key: str) -> Iterator[Entry]:
        """The objects of the list `key`, in order."""
        listed = self._fields.get(key)
        if not isinstance(listed, list):
            self.fail(key, "a list")
        for number, fields in enumerate(listed):
            place = f"{self.place}.{key}[{number}]"
            if not isinstance(fields, dict):
                raise SourceError(f"{place}: expected an object, found {_shown(fields)}")
            yield Entry(fields, place)

    def fail(self, key: str, expected: str) -> NoReturn:
        """Raise the `SourceError` for this field."""
        found = _shown(self._fields[key]) if key in self._fields else "nothing"
        raise SourceError(f"{self.place}.{key}: expected {expected}, found {found}")


class AnnotationFile:
    """The top object of a COCO file. `name` is the file's, for messages."""

    __slots__ = ("_top", "name")

    def __init__(self, name: str, top: Mapping[str, Any]) -> None:
        self.name = name
        self._top = top

    def entries(self, key: str, *, required: bool = True) -> Iterator[Entry]:
        """The objects of the list `key`, in order."""
        listed = self._top.get(key)
        if listed is None and not required:
            return
        if not isinstance(listed, list):
            found = _shown(listed) if key in self._top else f"no such key among {_keys(self._top)}"
            raise SourceError(f"{self.name}: {key}: expected a list, found {found}")
        for number, fields in enumerate(listed):
            place = f"{self.name}: {key}[{number}]"
            if not isinstance(fields, dict):
                raise SourceError(f"{place}: expected an object, found {_shown(fields)}")
            yield Entry(fields, place)


def read(path: Path) -> AnnotationFile:
    """Read a JSON file whose top is an object. A byte order mark is accepted.

    Raises `SourceError` for a missing or unreadable file, one over 1 GB, text that is not UTF-8 or not JSON (with line
    and column), NaN, nesting without end, and any other top than an object.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SourceError(f"{path}: {size / 1e6:.0f} MB, over the limit of {MAX_BYTES // 1_000_000} MB")
        if not path.is_file():
            raise SourceError(f"{path}: expected a JSON file, found a folder or a device")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: expected JSON in UTF-8, found byte {error.object[error.start]:#04x} at {error.start}"
        ) from error
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: cannot be read ({error})") from error
    top = _parse(text, path)
    if not isinstance(top, dict):
        raise SourceError(f"{path.name}: expected a JSON object with images and annotations, found {_shown(top)}")
    return AnnotationFile(path.name, top)


def _parse(text: str, path: Path) -> object:
    def refuse(constant: str) -> NoReturn:
        raise SourceError(f"{path}: {constant} is not a number in JSON")

    def slim(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
        # Dropped while parsing, so that the whole file's outlines are never in memory together.
        kept = dict(pairs)
        if "bbox" in kept:
            for key in _BULKY:
                kept.pop(key, None)
        return kept

    try:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=slim)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise SourceError(f"{path}: not JSON ({error.msg} at {where})") from error
    except RecursionError as error:
        raise SourceError(f"{path}: nested too deep for a captions or instances file") from error
    except ValueError as error:  # an integer of thousands of digits
        raise SourceError(f"{path}: not usable JSON ({error})") from error


def _shown(value: object) -> str:
    if isinstance(value, list | dict):
        return f"{_WORDS[type(value)]} of {len(value)}"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    try:
        text = json.dumps(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= 60 else text[:57] + "…"


def _keys(top: Mapping[str, Any]) -> str:
    names = [ascii(name)[1:-1][:20] for name in list(top)[:8]]
    return ", ".join(names) or "none"
