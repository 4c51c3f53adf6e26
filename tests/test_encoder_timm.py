"""The timm encoder on tiny real models: names, weights, contract, preprocessing, and what is refused."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core import encoder, errors
from core.encoder import backbones, checkpoints, image_side, timm_images
from tests import colour_encoder, tiny_backbone, tiny_checkpoint

PICTURES = [colour_encoder.picture(name, (40 + 9 * turn, 30)) for turn, name in enumerate(colour_encoder.COLOURS)]
NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (50, 70, 3), np.uint8))


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and no way to the network."""

    def offline(*asked: object, **_: object) -> str:
        raise FileNotFoundError(f"no route to host, asked for {asked}\nand more")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.hf_hub_download", offline)
    return tmp_path / "hub"


@pytest.fixture(scope="module", params=list(tiny_backbone.ARGUMENTS))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_backbone.write(tmp_path_factory.mktemp("models") / request.param, request.param)


@pytest.fixture(scope="module")
def tiny(folder: Path) -> timm_images.TimmEncoder:
    return timm_images.load(str(folder), None, device="cpu")


def keep(hub: Path, architecture: str, tag: str, name: str = "model.safetensors", **arguments: Any) -> Any:
    """Put the weights of a tag into the cache, as if fetched before; returns the model they are of."""
    from safetensors.torch import save_file

    made = tiny_backbone.network(architecture, **arguments)
    place = hub / f"models--timm--{architecture}.{tag}"
    for folder in (place / "refs", place / "snapshots" / "abc"):
        folder.mkdir(parents=True)
    (place / "refs" / "main").write_text("abc")
    if name.endswith(".safetensors"):
        save_file(made.state_dict(), place / "snapshots" / "abc" / name)
    else:
        import torch

        torch.save(made.state_dict(), place / "snapshots" / "abc" / name)
    return made


def features(model: Any, pictures: list[Image.Image]) -> np.ndarray:
    """Pooled features without the last layer, by timm's own preprocessing, as unit rows."""
    import torch
    from timm.data import create_transform, resolve_model_data_config

    transform = create_transform(**resolve_model_data_config(model), is_training=False)
    with torch.inference_mode():
        maps = model.forward_features(torch.stack([transform(picture) for picture in pictures]))
        return torch.nn.functional.normalize(model.forward_head(maps, pre_logits=True), dim=-1).numpy()


@pytest.mark.parametrize(
    ("model", "takes"),
    [
        ("cnn-small", True),
        ("vit-small", True),
        ("timm:resnet50", True),
        ("timm:ViT-B-32", True),
        ("resnet50", True),
        ("resnet50.a1_in1k", True),
        ("vit_base_patch16_224", True),
        ("bundled", False),
        ("ViT-B-32", False),
        ("convnext_base", False),
        ("hf-hub:timm/resnet50.a1_in1k", False),
        ("no such model", False),
    ],
)
def test_takes__open_clips_names_stay_open_clips(model: str, takes: bool) -> None:
    assert backbones.takes(model) is takes


def test_takes__a_folder_by_its_configuration(folder: Path, tmp_path: Path) -> None:
    assert backbones.takes(str(folder))
    assert backbones.takes(f"local-dir:{folder}")
    assert not backbones.takes(str(tiny_checkpoint.write(tmp_path / "clip")))
    assert not backbones.takes(str(tmp_path))


def test_load__spec_says_what_was_loaded(tiny: timm_images.TimmEncoder, folder: Path) -> None:
    spec = tiny.spec
    assert (spec.family, spec.model, spec.weights) == ("timm", folder.name, folder.name)
    assert (spec.dim, spec.image_size, spec.reads_text) == (tiny_backbone.WIDTHS[folder.name], 32, False)
    assert len(spec.fingerprint) == 64
    assert tiny.device == "cpu"
    assert encoder.load_encoder(str(folder), device="cpu").spec == spec


def test_load_encoder__the_bundled_ones_lie_beside_the_bundled_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "BUNDLED_FOLDER", tmp_path / "bundled")
    with pytest.raises(errors.EncoderError, match="cnn-small does not exist"):
        encoder.load_encoder("cnn-small", device="cpu")
    tiny_backbone.write(tmp_path / "cnn-small")
    spec = encoder.load_encoder("cnn-small", device="cpu").spec
    assert (spec.model, spec.weights, spec.dim) == ("cnn-small", "cnn-small", 96)
    with pytest.raises(errors.EncoderError, match="brings its own weights"):
        encoder.load_encoder("cnn-small", "a1_in1k", device="cpu")


def test_encode_images__convolutions_are_laid_out_as_the_pictures_are(
    tiny: timm_images.TimmEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    seen: list[torch.Tensor] = []
    tower = tiny._images._tower
    monkeypatch.setattr(tiny._images, "_tower", lambda pixels: seen.append(pixels) or tower(pixels))
    tiny.encode_images(PICTURES)
    weights = [weight for weight in tiny.model.parameters() if weight.ndim == 4]
    assert weights
    assert all(one.is_contiguous(memory_format=torch.channels_last) for one in (*weights, *seen))


def test_encode_images__keeps_the_contract(tiny: timm_images.TimmEncoder) -> None:
    rows = tiny.encode_images(PICTURES)
    assert rows.shape == (len(PICTURES), tiny.spec.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert tiny.encode_images([]).shape == (0, tiny.spec.dim)


def test_encode_images__a_batch_is_as_one_by_one(
    tiny: timm_images.TimmEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = np.concatenate([tiny.encode_images([picture]) for picture in PICTURES])
    assert np.ptp(one_by_one, axis=0).max() > 0.01
    monkeypatch.setattr(image_side, "BATCH", 3)
    assert tiny.encode_images(PICTURES) == pytest.approx(one_by_one, abs=1e-5)


def test_encode_images__whole_picture_squashed_and_normalised(tiny: timm_images.TimmEncoder) -> None:
    import torch

    squashed = np.asarray(NOISE.resize((32, 32), Image.Resampling.BILINEAR), np.float32) / 255
    pixels = torch.from_numpy((squashed - tiny_backbone.MEAN[0]) / tiny_backbone.STD[0]).permute(2, 0, 1)[None]
    with torch.inference_mode():
        expected = torch.nn.functional.normalize(tiny.model(pixels), dim=-1).numpy()
    assert tiny.encode_images([NOISE]) == pytest.approx(expected, abs=1e-5)


def test_encode_images__cuts_out_the_middle_where_the_weights_ask_for_it(tmp_path: Path) -> None:
    import torch

    made = tiny_backbone.write(tmp_path / "m", crop_mode="center", crop_pct=0.8, interpolation="bicubic")
    cropping = timm_images.load(str(made), None, device="cpu")
    middle = NOISE.resize((56, 40), Image.Resampling.BICUBIC).crop((12, 4, 44, 36))  # 32 / 0.8 on the short side
    pixels = torch.from_numpy((np.asarray(middle, np.float32) / 255 - 0.5) / 0.25).permute(2, 0, 1)[None]
    with torch.inference_mode():
        expected = torch.nn.functional.normalize(cropping.model(pixels), dim=-1).numpy()
    assert cropping.encode_images([NOISE]) == pytest.approx(expected, abs=1e-5)


def test_encode_texts__says_that_there_is_no_text_side(tiny: timm_images.TimmEncoder) -> None:
    for texts in (["a dog"], []):
        with pytest.raises(
            errors.NoTextSideError, match=r"pictures only.*search by picture, or take a model that reads"
        ):
            tiny.encode_texts(texts)
    with pytest.raises(errors.NoTextSideError):
        tiny.exceeds_context("a dog")


@pytest.mark.parametrize(
    ("model", "pretrained"),
    [
        ("timm:test_resnet", None),
        ("test_resnet", None),
        ("timm:test_resnet", "r160_in1k"),
        ("timm:test_resnet.r160_in1k", None),
    ],
)
def test_load__weights_fetched_before_need_no_network(hub: Path, model: str, pretrained: str | None) -> None:
    published = keep(hub, "test_resnet", "r160_in1k")
    loaded = encoder.load_encoder(model, pretrained, device="cpu")
    assert (loaded.spec.model, loaded.spec.weights, loaded.spec.image_size) == ("test_resnet", "r160_in1k", 160)
    assert loaded.encode_images([NOISE]) == pytest.approx(features(published, [NOISE]), abs=1e-5)


def test_load__a_transformer_and_an_older_file_name(hub: Path) -> None:
    published = keep(hub, "test_vit", "r160_in1k", "pytorch_model.bin")
    loaded = encoder.load_encoder("timm:test_vit", device="cpu")
    assert loaded.spec.dim == 64
    assert loaded.encode_images([NOISE]) == pytest.approx(features(published, [NOISE]), abs=1e-5)


def test_load__fetches_once_by_timms_own_names(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub.errors import EntryNotFoundError

    asked: list[tuple[str, ...]] = []

    def fetch(place: str, name: str) -> str:
        asked.append((place, name))
        if name == "model.safetensors":
            raise EntryNotFoundError("404")
        keep(hub, "test_resnet", "r160_in1k", name)
        return str(next(hub.glob("*/snapshots/abc/*")))

    monkeypatch.setattr("huggingface_hub.hf_hub_download", fetch)
    stages: list[str] = []
    for _ in range(2):
        encoder.load_encoder("timm:test_resnet", device="cpu", report=lambda at: stages.append(at.stage))
    place = "timm/test_resnet.r160_in1k"
    assert asked == [(place, "model.safetensors"), (place, "pytorch_model.bin")]
    assert stages == ["Fetching test_resnet r160_in1k", "Loading test_resnet", "Loading test_resnet"]


def test_resolve__weights_that_lie_outside_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "timm.models._hub.download_cached_file", lambda url: asked.append(url) or "/fetched/weights.pth"
    )
    found = backbones.resolve("legacy_seresnet18", None)
    assert (found.weights, found.file) == ("in1k", Path("/fetched/weights.pth"))
    assert asked[0].endswith(".pth")


def test_resolve__without_a_network_says_how_to_go_on() -> None:
    with pytest.raises(
        errors.EncoderError,
        match=r"timm:resnet50 a1_in1k \(from timm/resnet50\.a1_in1k\).*no route to host.*Without a network.*--pretr",
    ):
        backbones.resolve("resnet50", None)


@pytest.mark.parametrize(
    ("model", "pretrained", "kind", "says"),
    [
        ("timm:resnet5O", None, errors.UnknownModelError, "no model 'resnet5O'; did you mean .*resnet50"),
        ("timm:resnet50", "a1_in1", errors.UnknownModelError, "did you mean .*a1_in1k.*Its tags: "),
        ("timm:resnet50", "no/such/file.bin", errors.UnknownModelError, "neither a file or folder nor"),
        ("timm:resnet50.a1_in1k", "a2_in1k", errors.EncoderError, "names its weights already"),
        ("vit_base_patch16_244", None, errors.UnknownModelError, "did you mean .*vit_base_patch16_224"),
        ("timm:test_nothing", None, errors.UnknownModelError, "timm has no model"),
        ("convnext_base", None, errors.EncoderError, r"timm:convnext_base"),
    ],
)
def test_load_encoder__unknown_names_get_near_ones(
    model: str, pretrained: str | None, kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says):
        encoder.load_encoder(model, pretrained, device="cpu")


@pytest.mark.parametrize("classes", [0, 7, 1000])
@pytest.mark.parametrize("name", ["mine.safetensors", "mine.pth"])
def test_load__own_weights_with_any_number_of_classes(classes: int, name: str, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    made = tiny_backbone.network(num_classes=classes, seed=4)
    write = save_file if name.endswith(".safetensors") else torch.save
    write(made.state_dict(), tmp_path / name)
    by_file = encoder.load_encoder("timm:test_resnet", str(tmp_path / name), device="cpu")
    assert (by_file.spec.model, by_file.spec.weights, by_file.spec.dim) == ("test_resnet", name, 96)
    assert by_file.encode_images([NOISE]) == pytest.approx(features(made, [NOISE]), abs=1e-5)
    assert encoder.load_encoder("timm:test_resnet", str(tmp_path), device="cpu").spec == by_file.spec


def test_load__a_folder_beside_a_name_knows_better(folder: Path, tiny: timm_images.TimmEncoder) -> None:
    assert encoder.load_encoder("timm:resnet50", str(folder), device="cpu").spec == tiny.spec


def test_load__weights_that_do_not_fit_are_refused_whole(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    state = tiny_backbone.network().state_dict()
    state["layer1.0.conv1.weights"] = state.pop("layer1.0.conv1.weight")  # one name off, as after a careless rename
    save_file(state, tmp_path / "off.safetensors")
    for architecture in ("test_resnet", "test_vit"):
        with pytest.raises(errors.EncoderError, match=f"weights of {architecture}.*of this very architecture"):
            timm_images.load(f"timm:{architecture}", str(tmp_path / "off.safetensors"), device="cpu")
    (tmp_path / "notes.txt").write_text("no weights")
    with pytest.raises(errors.EncoderError, match=r"\.safetensors.*found '\.txt'"):
        timm_images.load("timm:test_resnet", str(tmp_path / "notes.txt"), device="cpu")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda made: (made / "config.json").write_text("{"), "cannot be read as JSON"),
        (lambda made: (made / "config.json").write_text("[]"), "names no 'architecture'"),
        (lambda made: (made / "config.json").write_text('{"architecture": "test_nothing"}'), "Unknown model"),
        (lambda made: (made / "model.safetensors").unlink(), "holds no weights"),
        (lambda made: (made / "model.safetensors").write_bytes(b"no weights"), "cannot be loaded as weights"),
        (lambda made: change(made, model_args={"features_only": True}), "cannot be loaded as weights"),
        (lambda made: change(made, model_args={"output_stride": 3}), "cannot be loaded as weights"),
        (lambda made: change(made, architecture="test_vit"), "of this very architecture"),
    ],
)
def test_load__unusable_folders(spoil: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    made = tiny_backbone.write(tmp_path / "m")
    spoil(made)
    with pytest.raises(errors.EncoderError, match=says):
        timm_images.load(str(made), None, device="cpu")


def change(folder: Path, **values: Any) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8")) | values
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


class Hostile:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return exec, (f"open({str(self.canary)!r}, 'w')",)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "evil.pth", "model.safetensors"])
@pytest.mark.parametrize("beside_a_name", [False, True])
def test_load__a_hostile_pickle_runs_nothing(tmp_path: Path, name: str, beside_a_name: bool) -> None:
    made = tiny_backbone.write(tmp_path / "m")
    (made / "model.safetensors").unlink()
    canary = tmp_path / "canary"
    (made / name).write_bytes(pickle.dumps(Hostile(canary)))
    words = ("timm:test_resnet", str(made / name)) if beside_a_name else (str(made), None)
    with pytest.raises(errors.EncoderError, match="cannot be loaded as weights"):
        timm_images.load(*words, device="cpu")
    assert not canary.exists()


def test_load__fingerprint_covers_weights_preprocessing_and_shape(tmp_path: Path) -> None:
    def fingerprint(name: str, **more: Any) -> str:
        made = tiny_backbone.write(tmp_path / name, "test_vit", **more)
        return timm_images.load(str(made), None, device="cpu").spec.fingerprint

    first = fingerprint("first")
    assert fingerprint("same") == first
    others = [fingerprint("weights", seed=1), fingerprint("crop", crop_mode="center"), fingerprint("pct", crop_pct=0.9)]
    change(tmp_path / "same", model_args={"img_size": 32, "depth": 2, "dynamic_img_size": True})
    others.append(timm_images.load(str(tmp_path / "same"), None, device="cpu").spec.fingerprint)
    assert len({first, *others}) == 5


def test_available_models__names_that_load_encoder_takes() -> None:
    names = encoder.available_models()
    assert names[:3] == ["bundled", "cnn-small", "vit-small"]
    assert {"timm:resnet50", "timm:vit_base_patch16_224"} <= set(names)
    assert len(set(names)) == len(names)
    assert encoder.available_weights("timm:resnet50")[0] == "a1_in1k"
    assert encoder.available_weights("vit_base_patch16_224")[0] == "augreg2_in21k_ft_in1k"
    assert encoder.available_weights("cnn-small") == []
