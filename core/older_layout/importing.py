"""The older layout to a store, once the model has shown that the vectors are its own."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core import config, dataset, images, progress, store
from core import encoder as encoders
from core.embedding import Embeddings
from core.encoder import Encoder
from core.errors import PictureError, SourceError, StoreMisfitError, UnsafePathError
from core.older_layout import reading
from core.older_layout.reading import OlderLayout, OlderPicture
from core.progress import Progress
from core.records import Caption, ImageRecord, RecordSet

_TRIED = 24
_SAME_TEXT = (
    0.98  # the same weights give 0.9999 and more, in half precision too; other weights of that name 0.8 or less
)
_SAME_PICTURE = 0.9  # other programs shrink and crop a little differently


@dataclass(frozen=True, slots=True)
class Imported:
    """`vectors` picture vectors became `images` pictures. `text_cosine` and `picture_cosine` are the medians by which
    the model was recognised; the second is None where no picture file was there. `missing` picture files were not."""

    name: str
    folder: Path
    images: int
    captions: int
    vectors: int
    text_cosine: float
    picture_cosine: float | None
    missing: int


def import_older(
    folder: Path,
    name: str,
    pictures: Path,
    *,
    model: str,
    pretrained: str | None = None,
    captions: Path | None = None,
    db: Path | None = None,
    title: str | None = None,
    device: str = "auto",
    report: progress.Report = progress.silent,
    encoder: Encoder | None = None,
) -> Imported:
    """Make the collection `name` of an index in the older layout, without encoding its pictures again.

    `model` and `pretrained` are what it was built with. The layout does not say it, so it is tried: some of its
    captions, and pictures that lie in the folder `pictures`, are encoded again and compared with the stored vectors. A
    COCO `captions` file adds file names, addresses and licences. Picture vectors are kept once per picture.
    Raises `StoreMisfitError` for another model, saying how far off it is; `SourceError` for a layout that is damaged;
    and what loading a model and writing a store raise.
    """
    store.check_name(name)
    db = db or config.Settings.from_environment().db
    report(Progress("Reading the older layout", 0, 0, unit="vectors"))
    older = reading.read(folder)
    if not older.captions:
        raise SourceError(f"{folder}: text/ is empty, so the model that made the vectors cannot be recognised")
    encoder = encoder or encoders.load_encoder(model, pretrained, device=device, report=report)
    records = _records(older, pictures, captions)
    report(Progress("Trying the model", 0, 0, unit="captions"))
    text_cosine = _try_texts(older, encoder, folder)
    picture_cosine = _try_pictures(older, records, pictures, encoder, folder)
    rows = _caption_rows(older)
    header = store.Header(
        name=name,
        title=title or name,
        source=store.Source(
            images_root=store.stored_path(pictures, db / name),
            captions=store.stored_path(captions, db / name) if captions else None,
        ),
        encoder=encoder.spec,
        model=model,
        pretrained=pretrained,
    )
    spoken = [caption.caption_id for record in records.records for caption in record.captions]
    written = store.write_store(
        db,
        header,
        records,
        Embeddings(np.array([one.image_id for one in records.records], np.int64), older.image_vectors),
        Embeddings(np.array(spoken, np.int64), older.caption_vectors[rows]),
        report=report,
    )
    missing = sum(not _there(pictures, record) for record in records.records)
    return Imported(
        name, written, len(older.pictures), len(rows), len(older.captions), text_cosine, picture_cosine, missing
    )


def _records(older: OlderLayout, pictures: Path, captions: Path | None) -> RecordSet:
    """One record per picture; a caption_id is its row in the text index, so that it can be found there again."""
    spoken: defaultdict[int, list[Caption]] = defaultdict(list)
    for number, (image_id, text) in enumerate(older.captions):
        spoken[image_id].append(Caption(number, text))
    found = dataset.load_records(pictures, captions) if captions else RecordSet(())
    known = {record.image_id: record for record in found.records}
    records = [
        replace(known.get(one.image_id) or _record(one, pictures), captions=tuple(spoken[one.image_id]))
        for one in older.pictures
    ]
    return RecordSet(tuple(records), found.categories, found.licenses)


def _record(one: OlderPicture, pictures: Path) -> ImageRecord:
    """From the entry alone. A path from another machine counts by its last part, no name by COCO's number."""
    stated = one.file_name.replace("\\", "/")
    try:
        images.check_file_name(pictures, stated)
    except UnsafePathError:
        stated = stated.rpartition("/")[2]
        if not re.fullmatch(r"[^\x00-\x1f:]*\.\w+", stated):
            stated = ""
    name = dataset.find_picture(pictures, stated or f"{one.image_id:012}.jpg")
    return ImageRecord(one.image_id, name, coco_url=one.coco_url, flickr_url=one.flickr_url)


def _caption_rows(older: OlderLayout) -> list[int]:
    """Rows of the text index in the order of the records and, within one, of its captions."""
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for number, (image_id, _) in enumerate(older.captions):
        rows[image_id].append(number)
    return [row for one in older.pictures for row in rows[one.image_id]]


def _try_texts(older: OlderLayout, encoder: Encoder, folder: Path) -> float:
    for what, vectors in (("images", older.image_vectors), ("text", older.caption_vectors)):
        if vectors.shape[1] != encoder.spec.dim:
            raise StoreMisfitError(
                f"{folder / what}: the vectors have width {vectors.shape[1]}, those of {_named(encoder)} "
                f"{encoder.spec.dim}; name the model it was built with: --model, --pretrained"
            )
    tried = np.unique(np.linspace(0, len(older.captions) - 1, _TRIED).astype(np.int64))
    again = encoder.encode_texts([older.captions[row][1] for row in tried])
    cosine = float(np.median((again * older.caption_vectors[tried]).sum(axis=1)))
    _believe(cosine, _SAME_TEXT, "captions", encoder, folder)
    return cosine


def _try_pictures(older: OlderLayout, records: RecordSet, root: Path, encoder: Encoder, folder: Path) -> float | None:
    tried: list[int] = []
    opened = []
    for row in np.unique(np.linspace(0, len(records.records) - 1, 4 * _TRIED).astype(np.int64)).tolist():
        try:
            path = images.resolve_inside(root, records.records[row].file_name)
            opened.append(images.open_for_encoder(path, encoder.spec.image_size))
        except (PictureError, UnsafePathError):
            continue
        tried.append(row)
        if len(tried) == _TRIED:
            break
    if not tried:
        return None
    again = encoder.encode_images(opened)
    cosine = float(np.median((again * older.image_vectors[tried]).sum(axis=1)))
    _believe(cosine, _SAME_PICTURE, "pictures", encoder, folder)
    return cosine


def _believe(cosine: float, least: float, what: str, encoder: Encoder, folder: Path) -> None:
    if cosine < least:
        raise StoreMisfitError(
            f"{folder}: was not built with {_named(encoder)}: its {what}, encoded again, have a cosine of {cosine:.3f} "
            f"with the stored vectors, at least {least} is expected; name the model it was built with (--model, "
            "--pretrained), or build the collection anew"
        )


def _named(encoder: Encoder) -> str:
    return f"{encoder.spec.model} ({encoder.spec.weights})"


def _there(root: Path, record: ImageRecord) -> bool:
    try:
        return images.resolve_inside(root, record.file_name).is_file()
    except UnsafePathError:
        return False
