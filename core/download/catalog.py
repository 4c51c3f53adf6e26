"""COCO 2017 as its makers serve it. Sizes and sums are those of TensorFlow Datasets' url_checksums/coco.txt."""

from __future__ import annotations

from dataclasses import dataclass

from core.download.webfile import WebFile

ORIGIN = "http://images.cocodataset.org"
"""It has no certificate of that name; the sums below vouch for what comes over the plain connection."""


@dataclass(frozen=True, slots=True)
class Split:
    """One part of the set. `unpacked_pictures` and `unpacked_annotations` are bytes on disk, rounded up."""

    name: str
    pictures: WebFile
    annotations: WebFile
    unpacked_pictures: int
    unpacked_annotations: int


_ANNOTATIONS = WebFile(
    f"{ORIGIN}/annotations/annotations_trainval2017.zip",
    252_907_541,
    "113a836d90195ee1f884e704da6304dfaaecff1f023f49b6ca93c4aaae470268",
)

SPLITS: dict[str, Split] = {
    "val2017": Split(
        "val2017",
        WebFile(
            f"{ORIGIN}/zips/val2017.zip",
            815_585_330,
            "4f7e2ccb2866ec5041993c9cf2a952bbed69647b115d0f74da7ce8f4bef82f05",
        ),
        _ANNOTATIONS,
        830_000_000,
        30_000_000,
    ),
    "train2017": Split(
        "train2017",
        WebFile(
            f"{ORIGIN}/zips/train2017.zip",
            19_336_861_798,
            "69a8bb58ea5f8f99d24875f21416de2e9ded3178e903f1f7603e283b9e06d929",
        ),
        _ANNOTATIONS,
        19_700_000_000,
        570_000_000,
    ),
}
"""The parts of COCO 2017 that can be downloaded, with addresses, sizes and sums."""
