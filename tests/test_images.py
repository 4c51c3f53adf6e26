from __future__ import annotations

import os
import random
import sys
import time
import warnings
from pathlib import Path

import pytest
from PIL import Image

from core import images
from core.errors import PictureError, PictureTooLargeError, UnsafePathError
from tests import odd_pictures

BAD_IMAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "bad-images"
needs_bad_images = pytest.mark.skipif(not BAD_IMAGES.is_dir(), reason="the shared folder of odd pictures is not here")
ignores_remarks = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")

TRICKS = (
    "",
    " ",
    "..",
    "../secret.txt",
    "a/../../secret.txt",
    "a/b/../../../secret.txt",
    "./../secret.txt",
    ".. /secret.txt",
    "..\\secret.txt",
    "a\\..\\..\\secret.txt",
    "a/..\\../secret.txt",
    "/etc/passwd",
    "//server/share/x.jpg",
    "\\\\server\\share\\x.jpg",
    "\\windows\\win.ini",
    "C:\\windows\\win.ini",
    "c:/windows/win.ini",
    "C:secret.txt",
    "file:///etc/passwd",
    "http://127.0.0.1/x.jpg",
    "HTTPS://example.com/x.jpg",
    "ftp://example.com/x.jpg",
    "data:image/png;base64,AAAA",
    "a\0.jpg",
    "\0",
    "a.jpg\n",
    "a\x1b[31m.jpg",
    "link.txt",
    "linked folder/secret.txt",
    "chain/secret.txt",
    "loop",
    "\udcff\ud800.jpg",
    "x" * 5000,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "1.jpg").write_bytes(b"x")
    (tmp_path / "secret.txt").write_text("secret")
    if sys.platform != "win32":
        (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
        (folder / "linked folder").symlink_to(tmp_path)
        (folder / "chain").symlink_to(folder / "linked folder")
        (folder / "loop").symlink_to(folder / "loop")
        (folder / "inside").symlink_to(folder / "a")
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there that few have")
@pytest.mark.parametrize("file_name", TRICKS, ids=lambda name: ascii(name)[:30])
def test_resolve_inside__refuses_every_trick(root: Path, file_name: str) -> None:
    with pytest.raises(UnsafePathError) as refused:
        images.resolve_inside(root, file_name)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "file_name", ["a/1.jpg", "./a/1.jpg", "a//1.jpg", "missing.jpg", "a/..b/x.jpg", "..a.jpg", "a b.jpg", "été/雪.jpg"]
)
def test_resolve_inside__gives_files_of_the_folder(root: Path, file_name: str) -> None:
    path = images.resolve_inside(root, file_name)
    assert path.is_relative_to(root.resolve())
    assert path == (root / file_name).resolve()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there that few have")
def test_resolve_inside__follows_links_that_stay_inside_and_a_linked_root(root: Path, tmp_path: Path) -> None:
    assert images.resolve_inside(root, "inside/1.jpg") == (root / "a" / "1.jpg").resolve()
    (tmp_path / "elsewhere").symlink_to(root)
    assert images.resolve_inside(tmp_path / "elsewhere", "a/1.jpg") == (root / "a" / "1.jpg").resolve()


@pytest.mark.parametrize(("name", "file"), list(odd_pictures.colour_modes().items()), ids=lambda value: str(value)[:30])
def test_open_image__shows_every_colour_mode_as_people_see_it(name: str, file: bytes) -> None:
    for max_side in (None, 48):
        picture = images.open_image(file, max_side=max_side)
        assert picture.mode == "RGB"
        assert odd_pictures.cosine(picture, odd_pictures.scene()) > 0.98, name


@pytest.mark.parametrize(("name", "file"), list(odd_pictures.grey_modes().items()), ids=lambda value: str(value)[:30])
def test_open_image__scales_deep_grey_instead_of_clipping_it(name: str, file: bytes) -> None:
    picture = images.open_image(file)
    assert odd_pictures.cosine(picture, odd_pictures.scene().convert("L")) > 0.99, name


def test_open_image__one_bit_is_black_and_white() -> None:
    checks = Image.new("1", (8, 8), 0)
    checks.paste(1, (0, 0, 4, 8))
    picture = images.open_image(odd_pictures.encoded(checks, "PNG"))
    assert (picture.getpixel((0, 0)), picture.getpixel((7, 0))) == ((255, 255, 255), (0, 0, 0))


def test_open_image__puts_transparency_on_white() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 10, 20))
    for kind in ("PNG", "WEBP", "TIFF"):
        picture = images.open_image(odd_pictures.encoded(clear, kind))
        red, white = picture.getpixel((2, 10)), picture.getpixel((17, 10))
        assert red[0] > 240, kind
        assert red[1] < 20, kind
        assert min(white) > 240, kind
    half = images.open_image(odd_pictures.encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 128)), "PNG"))
    assert half.getpixel((4, 4)) == pytest.approx((127, 127, 127), abs=1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_open_image__turns_upright(orientation: int, kind: str) -> None:
    for max_side in (None, 40):
        picture = images.open_image(odd_pictures.turned(orientation, kind), max_side=max_side)
        assert picture.size == ((96, 64) if max_side is None else (40, 27))
        assert odd_pictures.cosine(picture, odd_pictures.scene()) > 0.999


def test_open_image__takes_a_damaged_exif_block_for_upright() -> None:
    file = bytearray(odd_pictures.turned(6))
    at = file.index(b"Exif\0\0") + 6
    file[at : at + 8] = b"\xff" * 8
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert images.open_image(bytes(file)).size == (64, 96)


def test_open_image__reads_the_first_frame_at_once_whatever_follows() -> None:
    frames = [Image.new("RGB", (64, 64), (turn % 256, turn // 12, 0)) for turn in range(1, 3000)]
    first = Image.new("RGB", (64, 64), (0, 0, 255))
    for kind in ("GIF", "WEBP", "PNG"):
        file = odd_pictures.encoded(first, kind, save_all=True, append_images=frames[: 2999 if kind == "GIF" else 300])
        began = time.perf_counter()
        picture = images.open_image(file)
        assert time.perf_counter() - began < 0.5
        assert picture.getpixel((30, 30))[2] > 240, kind


@ignores_remarks
@pytest.mark.parametrize(("name", "file"), list(odd_pictures.bombs()), ids=lambda value: str(value)[:30])
def test_open_image__refuses_bombs_before_decoding_them(name: str, file: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(PictureError) as refused:
        images.open_image(file)
    assert time.perf_counter() - began < 1
    assert isinstance(refused.value, PictureTooLargeError) or name.startswith("PNG 2147483647"), str(refused.value)


@pytest.mark.filterwarnings("error")
def test_open_image__refuses_bombs_when_warnings_are_errors_too() -> None:
    with pytest.raises(PictureTooLargeError, match="megapixels"):
        images.open_image(odd_pictures.png_header(11_000, 11_000))


@ignores_remarks
@pytest.mark.parametrize(("name", "file"), list(odd_pictures.broken().items()), ids=lambda value: str(value)[:30])
def test_open_image__refuses_what_is_no_picture_with_a_short_reason(name: str, file: bytes) -> None:
    with pytest.raises(PictureError) as refused:
        images.open_image(file)
    assert 5 < len(str(refused.value)) < 200, name
    assert "\n" not in str(refused.value)


def test_open_image__raises_nothing_but_picture_errors_on_flipped_bytes() -> None:
    chance = random.Random(5)
    originals = [*odd_pictures.colour_modes().values(), *odd_pictures.grey_modes().values()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for turn in range(600):
            file = bytearray(originals[turn % len(originals)])
            for _ in range(chance.choice((1, 3, 20))):
                file[chance.randrange(min(len(file), chance.choice((64, 400, 10**6))))] = chance.randrange(256)
            try:
                assert images.open_image(bytes(file), max_side=64).mode == "RGB"
            except PictureError:
                continue


def test_open_image__shrinks_to_max_side_but_keeps_min_side() -> None:
    wide = odd_pictures.encoded(Image.new("RGB", (3000, 300)), "JPEG")
    assert images.open_image(wide, max_side=600).size == (600, 60)
    assert images.open_image(wide, max_side=200, min_side=150).size == (1500, 150)
    assert images.open_image(wide, max_side=100, min_side=100).size == (800, 80)  # eight times max_side and no more
    assert images.open_image(wide, max_side=9000).size == (3000, 300)
    thin = odd_pictures.encoded(Image.new("RGB", (9000, 1)), "PNG")
    assert images.open_image(thin, max_side=300).size == (300, 1)


def test_open_for_encoder__leaves_small_pictures_as_they_are() -> None:
    coco = odd_pictures.encoded(Image.new("RGB", (640, 480)), "JPEG")
    assert images.open_for_encoder(coco, 224).size == (640, 480)
    assert images.open_for_encoder(coco, 64).size == (256, 192)


def test_open_image__names_missing_files_folders_and_oversized_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PictureError, match="missing"):
        images.open_image(tmp_path / "no.jpg")
    with pytest.raises(PictureError, match="not a regular file"):
        images.open_image(tmp_path)
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.truncate(images.MAX_BYTES + 1)
    with pytest.raises(PictureTooLargeError, match="64 MB"):
        images.open_image(large)
    with pytest.raises(PictureTooLargeError, match="64 MB"):
        images.open_image(bytes(images.MAX_BYTES + 1))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_open_image__does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PictureError, match="not a regular file"):
        images.open_image(tmp_path / "pipe.jpg")


@needs_bad_images
@ignores_remarks
def test_open_image__on_the_shared_odd_pictures(capfd: pytest.CaptureFixture[str]) -> None:
    opened: dict[str, list[str]] = {}
    refused: dict[str, str] = {}
    for path in sorted(BAD_IMAGES.glob("*/*")):
        began = time.perf_counter()
        try:
            images.open_image(path, max_side=448)
        except PictureError as error:
            refused[f"{path.parent.name}/{path.name}"] = str(error)
        else:
            opened.setdefault(path.parent.name, []).append(path.name)
        assert time.perf_counter() - began < 3, path.name
    unjust = {name: reason for name, reason in refused.items() if "not a picture in a known format" not in reason}
    assert {name.split("/")[0] for name in unjust} <= {"reject", "heavy"}, unjust
    capfd.readouterr()  # remarks of libtiff
    assert "reject" not in opened
    assert len(opened["survives"]) == 15
    assert sum(map(len, opened.values())) >= 110


def test_thumbnail__is_a_small_webp() -> None:
    small = images.thumbnail(odd_pictures.encoded(Image.new("RGB", (900, 600), "red"), "JPEG"), 320)
    picture = images.open_image(small)
    assert picture.size == (320, 213)
    assert small[8:12] == b"WEBP"
    assert images.data_uri(small).startswith("data:image/webp;base64,UklGR")
    assert images.open_image(images.encode_jpeg(picture, 80)).size == (320, 213)


def test_cached_thumbnail__is_made_once_until_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = tmp_path / "a.png", tmp_path / "cache"
    path.write_bytes(odd_pictures.encoded(Image.new("RGB", (50, 50), "red"), "PNG"))
    red = images.cached_thumbnail(path, 32, cache)
    assert images.cached_thumbnail(path, 16, cache) != red
    with monkeypatch.context() as patched:
        patched.setattr("core.images.thumbnails.thumbnail", lambda *_: pytest.fail("made again"))
        assert images.cached_thumbnail(path, 32, cache) == red
    path.write_bytes(odd_pictures.encoded(Image.new("RGB", (51, 50), "blue"), "PNG"))
    assert images.cached_thumbnail(path, 32, cache) != red
    assert not list(cache.rglob("*.part"))
    path.unlink()
    with pytest.raises(PictureError, match="missing"):
        images.cached_thumbnail(path, 32, cache)


def test_cached_thumbnail__works_without_a_usable_cache(tmp_path: Path) -> None:
    path, blocked = tmp_path / "a.png", tmp_path / "file"
    path.write_bytes(odd_pictures.encoded(Image.new("RGB", (50, 50), "red"), "PNG"))
    blocked.write_text("in the way")
    assert images.open_image(images.cached_thumbnail(path, 32, blocked)).size == (32, 32)
