"""A CSV or Parquet table with a column of paths and a column of captions, to records."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from core.dataset import folders
from core.dataset.picture_folder import PictureFolder
from core.errors import SourceError
from core.records import Caption, ImageRecord, RecordSet, Skipped

PARQUET = frozenset({".parquet", ".pq"})
SUFFIXES = frozenset({".csv", ".tsv", ".txt"}) | PARQUET
PATHS = ("file_name", "filename", "path", "file", "filepath", "file_path", "image_path", "image_name", "image", "img")
CAPTIONS = ("caption", "captions", "text", "comment", "sentence", "description", "title", "raw")
_DELIMITERS = ",\t;|"
_LIST_OF_FLICKR = re.compile(r"[^\t]+\.\w+#\d+\t")  # Flickr8k.token.txt, which has no header: NAME.jpg#0 TAB caption


def load(root: Path, table: Path, *, path_column: str = "", caption_column: str = "", under: str = "") -> RecordSet:
    """One picture per path, a caption per row, or per text where a Parquet cell holds a list of them. Columns that are
    not named are found by their usual names; a table without captions lists pictures. Rows may come in any order.

    The ids come from the file name, so that they stay when rows come or go. Raises `SourceError` naming the table, the
    row or the columns there are.
    """
    rows = _parquet if table.suffix.lower() in PARQUET else _text
    folder = PictureFolder(root, under)
    names: dict[str, str | None] = {}
    spoken: dict[str, list[str]] = {}
    skipped: list[Skipped] = []
    for stated, texts in rows(table, path_column, caption_column):
        if stated not in names:
            found = folder.find(stated)
            names[stated] = None if found.fault else found.file_name
            if found.fault:
                skipped.append(Skipped(None, ascii(stated)[1:-1][:200], found.fault))
            else:
                spoken.setdefault(found.file_name, [])
        name = names[stated]
        if name is not None:
            spoken[name] += [text for text in texts if text.strip()]
    if not spoken:
        first = f"; the first: {skipped[0].file_name}: {skipped[0].reason}" if skipped else ", for it lists none"
        raise SourceError(f"no picture that {table.name} lists can be used with the folder {root}{first}")
    return RecordSet(tuple(_records(spoken)), skipped=tuple(skipped))


def _records(spoken: dict[str, list[str]]) -> list[ImageRecord]:
    pictures: dict[int, str] = {}
    captions: dict[int, str] = {}
    records = []
    for name in sorted(spoken):
        image_id = folders.free_id(name, pictures)
        pictures[image_id] = name
        own = []
        for number, text in enumerate(spoken[name]):
            caption_id = folders.free_id(f"{name}\0{number}", captions)
            captions[caption_id] = name
            own.append(Caption(caption_id, text))
        records.append(ImageRecord(image_id, name, captions=tuple(own)))
    return sorted(records, key=lambda record: record.image_id)


def _text(table: Path, path_column: str, caption_column: str) -> Iterator[tuple[str, Sequence[str]]]:
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline(1_000_000)
            file.seek(0)
            if _LIST_OF_FLICKR.match(head):
                for line in file:
                    name, _, text = line.rstrip("\r\n").partition("\t")
                    yield name.rpartition("#")[0], (text,)
                return
            delimiter = max(_DELIMITERS, key=lambda one: len(_known(head.rstrip("\r\n").split(one))))
            if not _known(head.rstrip("\r\n").split(delimiter)):  # names of its own: what stands there most often
                delimiter = max(_DELIMITERS, key=head.count)
            # Quoting is part of CSV; in a table cut by tabs or bars a quotation mark is just one.
            quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter in "\t|" else csv.QUOTE_MINIMAL
            reader = csv.reader(file, delimiter=delimiter, quoting=quoting, skipinitialspace=True)
            header = [cell.strip() for cell in next(reader, [])]
            path_at, caption_at = _columns(table, header, path_column, caption_column)
            for cells in reader:
                if cells:
                    if len(cells) <= path_at:
                        raise SourceError(
                            f"{table}: line {reader.line_num} has {len(cells)} columns, the header {len(header)}"
                        )
                    told = caption_at is not None and caption_at < len(cells)
                    yield cells[path_at].strip(), (cells[caption_at],) if told and caption_at is not None else ()
    except FileNotFoundError as error:
        raise SourceError(f"{table}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{table}: expected text in UTF-8, found byte {error.object[error.start]:#04x}") from error
    except (OSError, csv.Error) as error:
        raise SourceError(f"{table}: cannot be read as a table ({error})") from error


def _parquet(table: Path, path_column: str, caption_column: str) -> Iterator[tuple[str, Sequence[str]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(table) as file:
            header = [str(name) for name in file.schema_arrow.names]
            path_at, caption_at = _columns(table, header, path_column, caption_column)
            wanted = [header[path_at]] + ([header[caption_at]] if caption_at is not None else [])
            for batch in file.iter_batches(batch_size=10_000, columns=wanted):
                for row in batch.to_pylist():
                    stated = row[wanted[0]]
                    if not isinstance(stated, str):
                        raise SourceError(f"{table}: {wanted[0]}: expected texts, found {type(stated).__name__}")
                    yield stated, _texts(row[wanted[1]]) if len(wanted) > 1 else ()
    except FileNotFoundError as error:
        raise SourceError(f"{table}: there is no such file") from error
    except (OSError, pa.ArrowException, ValueError) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise SourceError(f"{table}: cannot be read as Parquet ({first})") from error


def _texts(cell: Any) -> Sequence[str]:
    cells: Iterable[Any] = cell if isinstance(cell, list) else [cell]
    return [one for one in cells if isinstance(one, str)]


def _columns(table: Path, header: Sequence[str], path_column: str, caption_column: str) -> tuple[int, int | None]:
    path_at = _column(table, header, path_column, PATHS)
    if path_at is None:
        raise SourceError(
            f"{table}: no column of paths among {_listed(header)}; name it with --path-column "
            f"(found by themselves: {', '.join(PATHS)})"
        )
    return path_at, _column(table, header, caption_column, CAPTIONS)


def _column(table: Path, header: Sequence[str], asked: str, usual: Sequence[str]) -> int | None:
    if asked:
        if asked not in header:
            raise SourceError(f"{table}: no column {asked!a} among {_listed(header)}")
        return header.index(asked)
    lowered = [name.lower() for name in header]
    return next((lowered.index(name) for name in usual if name in lowered), None)


def _known(header: Sequence[str]) -> set[str]:
    return {cell.strip().strip('"').lower() for cell in header} & {*PATHS, *CAPTIONS}


def _listed(header: Sequence[str]) -> str:
    return ", ".join(ascii(name)[1:-1][:40] for name in header[:20]) or "none"
