"""The open_clip encoder on a tiny real checkpoint: the contract, the preprocessing, the cut text batches."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import encoder, errors
from core.encoder import image_side, openclip
from tests import colour_encoder, tiny_checkpoint

TEXTS = ["a dog", "two children run along a long sandy beach beside the sea at dusk", "", "cat", "snow " * 60]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_checkpoint.write(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def tiny(folder: Path) -> openclip.OpenClipEncoder:
    return openclip.load(str(folder), None, device="cpu")


def test_load__spec_says_what_was_loaded(tiny: openclip.OpenClipEncoder) -> None:
    spec = tiny.spec
    assert (spec.family, spec.model, spec.weights, spec.dim, spec.image_size) == ("open_clip", "tiny", "tiny", 16, 32)
    assert len(spec.fingerprint) == 64
    assert tiny.device == "cpu"
    assert isinstance(tiny, encoder.KnowsScale)
    assert tiny.scale == pytest.approx(1 / 0.07, rel=1e-3)  # as open_clip begins


def test_encode__keeps_the_contract(tiny: openclip.OpenClipEncoder) -> None:
    pictures = [colour_encoder.picture(name, (40 + 9 * turn, 30)) for turn, name in enumerate(colour_encoder.COLOURS)]
    for rows, count in ((tiny.encode_images(pictures), len(pictures)), (tiny.encode_texts(TEXTS), len(TEXTS))):
        assert rows.shape == (count, 16)
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert tiny.encode_images([]).shape == (0, 16)
    assert tiny.encode_texts([]).shape == (0, 16)


def test_encode_images__keeps_order_over_batches(
    tiny: openclip.OpenClipEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = [colour_encoder.picture((shade, 255 - shade, 7)) for shade in range(0, 250, 25)]
    one_by_one = np.concatenate([tiny.encode_images([picture]) for picture in pictures])
    monkeypatch.setattr(image_side, "BATCH", 3)
    assert tiny.encode_images(pictures) == pytest.approx(one_by_one, abs=1e-5)


def test_encode_images__is_open_clips_own_preprocessing(tiny: openclip.OpenClipEncoder) -> None:
    import torch

    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (50, 70, 3), np.uint8))
    squashed = np.asarray(picture.resize((32, 32), Image.Resampling.BILINEAR), np.float32) / 255
    pixels = torch.from_numpy((squashed - 0.5) / 0.25).permute(2, 0, 1)[None]
    with torch.inference_mode():
        expected = torch.nn.functional.normalize(tiny.model.encode_image(pixels), dim=-1).numpy()
    assert tiny.encode_images([picture]) == pytest.approx(expected, abs=1e-5)


def test_encode_images__extreme_shapes_are_cheap(tmp_path: Path) -> None:
    # Resized as a whole to 32 pixels on its short side, this one would be 1,600,000 pixels long.
    made = tiny_checkpoint.write(tmp_path / "m")
    config = (made / "open_clip_config.json").read_text(encoding="utf-8")
    (made / "open_clip_config.json").write_text(config.replace("squash", "shortest"), encoding="utf-8")
    shortest = openclip.load(str(made), None, device="cpu")
    sides: list[int] = []
    side = shortest._images
    transform = side._transform
    side._transform = lambda image: (sides.append(max(image.size)), transform(image))[1]  # type: ignore[func-returns-value]
    assert shortest.encode_images([Image.new("RGB", (50_000, 1)), Image.new("RGB", (2, 50_000))]).shape == (2, 16)
    assert sorted(sides) == [10, 20]


@pytest.mark.parametrize("custom", [False, True])
def test_encode_texts__cut_batches_give_the_same_vectors(tmp_path: Path, custom: bool) -> None:
    import torch

    tiny = openclip.load(str(tiny_checkpoint.write(tmp_path / "m", custom_text=custom)), None, device="cpu")
    assert tiny._tower is not None
    with torch.inference_mode():
        whole = torch.nn.functional.normalize(tiny.model.encode_text(tiny._tokens(TEXTS)), dim=-1).numpy()
    assert tiny.encode_texts(TEXTS) == pytest.approx(whole, abs=1e-5)


def test_encode_texts__towers_that_look_both_ways_are_not_cut(tmp_path: Path) -> None:
    import torch

    text = {"no_causal_mask": True, "pool_type": "last"}
    both_ways = openclip.load(
        str(tiny_checkpoint.write(tmp_path / "m", text=text, custom_text=True)), None, device="cpu"
    )
    assert both_ways._tower is None
    with torch.inference_mode():
        whole = torch.nn.functional.normalize(both_ways.model.encode_text(both_ways._tokens(TEXTS)), dim=-1).numpy()
    assert both_ways.encode_texts(TEXTS) == pytest.approx(whole, abs=1e-5)


def test_exceeds_context__counts_the_models_tokens(tiny: openclip.OpenClipEncoder) -> None:
    assert not tiny.exceeds_context("")
    assert not tiny.exceeds_context("dog " * 75)  # with the begin and end marks: 77
    assert tiny.exceeds_context("dog " * 76)
    assert tiny.exceeds_context("x" * 1_000_000)


def test_load__float16_on_disk_is_float32_in_memory(tmp_path: Path, tiny: openclip.OpenClipEncoder) -> None:
    half = openclip.load(str(tiny_checkpoint.write(tmp_path / "tiny", half=True)), None, device="cpu")
    assert {parameter.dtype.itemsize for parameter in half.model.parameters()} == {4}
    assert half.encode_texts(TEXTS) == pytest.approx(tiny.encode_texts(TEXTS), abs=2e-2)
    assert half.spec != tiny.spec


def test_load__fingerprint_covers_weights_and_preprocessing(tmp_path: Path, tiny: openclip.OpenClipEncoder) -> None:
    same = tiny_checkpoint.write(tmp_path / "same")
    assert openclip.load(str(same), None, device="cpu").spec.fingerprint == tiny.spec.fingerprint
    other = tiny_checkpoint.write(tmp_path / "other", seed=1)
    assert openclip.load(str(other), None, device="cpu").spec.fingerprint != tiny.spec.fingerprint
    config = (same / "open_clip_config.json").read_text(encoding="utf-8")
    (same / "open_clip_config.json").write_text(config.replace("squash", "longest"), encoding="utf-8")
    assert openclip.load(str(same), None, device="cpu").spec.fingerprint != tiny.spec.fingerprint


def test_load__any_open_clip_user_can_load_the_same_folder(folder: Path, tiny: openclip.OpenClipEncoder) -> None:
    import open_clip
    import torch

    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    picture = colour_encoder.picture("orange")
    with torch.inference_mode():
        theirs = torch.nn.functional.normalize(model.eval().encode_image(preprocess(picture)[None]), dim=-1).numpy()
    assert tiny.encode_images([picture]) == pytest.approx(theirs, abs=1e-5)


def test_load_encoder__reports_and_returns_an_encoder(folder: Path) -> None:
    stages: list[str] = []
    loaded: encoder.Encoder = encoder.load_encoder(str(folder), device="cpu", report=lambda at: stages.append(at.stage))
    assert loaded.spec.dim == 16
    assert stages == ["Loading tiny"]


@pytest.mark.parametrize(("device", "says"), [("cuda:99", "not present"), ("tpu", "no device")])
def test_load_encoder__unknown_device_names_those_there_are(folder: Path, device: str, says: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=f"{says}.*cpu"):
        encoder.load_encoder(str(folder), device=device)


def test_available_models__bundled_first() -> None:
    names = encoder.available_models()
    assert names[0] == "bundled"
    assert "ViT-B-32" in names
    assert "laion2b_s34b_b79k" in encoder.available_weights("ViT-B-32")
    assert encoder.available_weights("bundled") == []
