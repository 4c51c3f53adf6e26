"""A data set of Hugging Face's `datasets`, an optional extra, by its name and columns."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core import progress
from core.dataset import packed, tables
from core.dataset.packed import Sample
from core.errors import ConfigurationError, SourceError
from core.progress import Progress
from core.records import RecordSet


def unpack(
    name: str,
    into: Path,
    *,
    config: str | None = None,
    split: str = "train",
    image_column: str = "",
    caption_column: str = "",
    label_column: str = "",
    report: progress.Report = progress.silent,
) -> RecordSet:
    """Put the pictures of the data set `name`, or of the folder `name` that `save_to_disk` wrote, into `into`.

    Columns that are not named are found: pictures and labels by their type, captions by the usual names. A column of
    lists of texts gives several captions. Raises `ConfigurationError` where `datasets` is not installed, `SourceError`
    for a data set or column that is not there.
    """
    rows = _opened(name, config, split)
    columns = dict(rows.features)
    images_in = _column(columns, image_column, "Image", name, "--image-column")
    labels_in = _column(columns, label_column, "ClassLabel", name, "--label-column", needed=False)
    captions_in = caption_column or next((one for one in tables.CAPTIONS if one in columns), "")
    if captions_in and captions_in not in columns:
        raise SourceError(f"{name}: no column {captions_in!a} among {', '.join(columns)}")
    from datasets import Image

    names = getattr(columns[labels_in], "names", None) if labels_in else None
    taken = packed.Unpacking(into)
    wanted = [one for one in (images_in, labels_in, captions_in) if one]
    total = len(rows)
    for number, row in enumerate(rows.select_columns(wanted).cast_column(images_in, Image(decode=False))):
        file_name = f"{number:07}"
        encoded = _bytes(row[images_in])
        suffix = packed.suffix_of(encoded)
        if suffix:
            label = row[labels_in] if labels_in else None
            shown = names[label] if names and isinstance(label, int) and 0 <= label < len(names) else label
            captions = tuple(_texts(row[captions_in])) if captions_in else ()
            text = "" if shown is None else str(shown)
            taken.add(Sample(f"{split.split('[', maxsplit=1)[0]}/{file_name}{suffix}", encoded, captions, text))
        else:
            taken.skip(file_name, "no picture in a known format")
        if number % 50 == 0 or number + 1 == total:
            report(Progress("Unpacking the data set", number + 1, total, len(taken.skipped)))
    return taken.records(name)


def _opened(name: str, config: str | None, split: str) -> Any:
    try:
        import datasets
    except ImportError as error:
        raise ConfigurationError(
            "reading a Hugging Face data set needs the package `datasets`: pip install -r requirements-datasets.txt"
        ) from error
    try:
        if (Path(name) / "dataset_info.json").is_file() or (Path(name) / "dataset_dict.json").is_file():
            found = datasets.load_from_disk(name)
            if isinstance(found, datasets.DatasetDict):
                if split not in found:
                    raise SourceError(f"{name}: no split {split!a}; there are {', '.join(found)}")
                found = found[split]
            return found
        return datasets.load_dataset(name, config, split=split)
    except SourceError:
        raise
    except Exception as error:  # whatever its many formats and the network raise
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
        raise SourceError(f"the data set {name!a}, split {split!a}, cannot be read ({first})") from error


def _column(columns: dict[str, Any], asked: str, kind: str, name: str, option: str, *, needed: bool = True) -> str:
    if asked:
        if asked not in columns:
            raise SourceError(f"{name}: no column {asked!a} among {', '.join(columns)}")
        return asked
    found = [column for column, feature in columns.items() if type(feature).__name__ == kind]
    if not found and needed:
        raise SourceError(f"{name}: no column of type {kind} among {', '.join(columns)}; name it with {option}")
    return found[0] if found else ""


def _bytes(cell: Any) -> bytes:
    if not isinstance(cell, dict):
        return b""
    held = cell.get("bytes")
    if isinstance(held, bytes):
        return held
    try:
        return Path(cell["path"]).read_bytes() if cell.get("path") else b""
    except OSError:
        return b""


def _texts(cell: Any) -> Iterable[str]:
    cells = cell if isinstance(cell, list) else [cell]
    return (one for one in cells if isinstance(one, str))
