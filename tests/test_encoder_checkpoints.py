"""What `model` and `pretrained` may be, and what is refused with which words."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from core import errors
from core.encoder import checkpoints, openclip
from tests import tiny_checkpoint

ARCHITECTURE = "ViT-B-32"


@pytest.fixture(autouse=True)
def empty_hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever this machine has fetched before must not show in a test."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The outside of a checkpoint: enough for what does not load it."""
    made = tmp_path / "mine"
    made.mkdir()
    (made / checkpoints.CONFIG_NAME).write_text(json.dumps(tiny_checkpoint.CONFIG), encoding="utf-8")
    (made / "open_clip_model.safetensors").write_bytes(b"")
    return made


def test_resolve__bundled_is_a_folder_of_the_project() -> None:
    assert checkpoints.BUNDLED_FOLDER.parts[-3:] == ("clip_db", "models", "bundled")
    assert (checkpoints.BUNDLED_FOLDER.parents[2] / "core").is_dir()


def test_resolve__bundled_not_made_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checkpoints, "BUNDLED_FOLDER", tmp_path / "none")
    with pytest.raises(errors.EncoderError, match="python -m core train"):
        checkpoints.resolve("bundled", None)


def test_resolve__a_folder_by_path_or_beside_an_architecture(folder: Path) -> None:
    by_path = checkpoints.resolve(str(folder), None)
    assert (by_path.model, by_path.weights, by_path.file.name) == ("mine", "mine", "open_clip_model.safetensors")
    assert by_path == checkpoints.resolve(f"local-dir:{folder}", None)
    assert by_path == checkpoints.resolve(ARCHITECTURE, str(folder))


def test_resolve__weights_only_folder_takes_the_architecture(folder: Path) -> None:
    (folder / checkpoints.CONFIG_NAME).unlink()
    found = checkpoints.resolve(ARCHITECTURE, str(folder))
    assert (found.model, found.source) == (ARCHITECTURE, ARCHITECTURE)
    assert found.pretrained == str(folder / "open_clip_model.safetensors")
    with pytest.raises(errors.EncoderError, match=r"no open_clip_config\.json"):
        checkpoints.resolve(str(folder), None)


def test_resolve__a_bare_file_takes_the_architectures_usual_preprocessing(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(b"")
    assert checkpoints.resolve("ViT-B-16-SigLIP", str(file)).preprocess["resize_mode"] == "squash"
    assert checkpoints.resolve(ARCHITECTURE, str(file)).weights == "weights.safetensors"


@pytest.mark.parametrize(
    ("model", "pretrained", "says"),
    [
        ("ViT-B32", "openai", "did you mean .*ViT-B-32"),
        ("vit-b-32", "openai", "did you mean .*ViT-B-32"),
        (ARCHITECTURE, "laion2b_s34b_b79", "did you mean .*laion2b_s34b_b79k"),
        (ARCHITECTURE, "nothing like it at all", "Its tags: .*openai"),
    ],
)
def test_resolve__unknown_names_get_near_ones(model: str, pretrained: str, says: str) -> None:
    with pytest.raises(errors.UnknownModelError, match=says):
        checkpoints.resolve(model, pretrained)


def test_resolve__an_architecture_needs_weights_and_a_folder_brings_its_own(folder: Path) -> None:
    with pytest.raises(errors.EncoderError, match=r"needs 'pretrained'.*openai"):
        checkpoints.resolve(ARCHITECTURE, None)
    for model in ("bundled", str(folder), "hf-hub:some/model"):
        with pytest.raises(errors.EncoderError, match="brings its own weights"):
            checkpoints.resolve(model, "openai")


def test_resolve__without_a_network_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from open_clip import factory, pretrained

    def offline(*_: object, **__: object) -> str:
        raise FileNotFoundError("Failed to download file. Last error: no route to host\nand more")

    monkeypatch.setattr("open_clip.download_pretrained", offline)
    monkeypatch.setattr(pretrained, "download_pretrained_from_hf", offline)
    monkeypatch.setattr(factory, "download_pretrained_from_hf", offline)
    for model, tag in ((ARCHITECTURE, "openai"), ("hf-hub:some/model", None)):
        with pytest.raises(errors.EncoderError, match=r"no route to host\. Without a network.*--pretrained PATH"):
            checkpoints.resolve(model, tag)


def test_resolve__a_tag_keeps_its_preprocessing_and_activation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("open_clip.download_pretrained", lambda _: str(tmp_path / "fetched.safetensors"))
    found = checkpoints.resolve(ARCHITECTURE, "openai")
    assert (found.weights, found.quick_gelu, found.file.name) == ("openai", True, "fetched.safetensors")
    assert checkpoints.resolve("ViT-B-16-SigLIP", "webli").preprocess["mean"] == (0.5, 0.5, 0.5)


def test_resolve__weights_fetched_before_need_no_network(
    monkeypatch: pytest.MonkeyPatch, empty_hub_cache: Path
) -> None:
    def offline(_: object) -> str:
        raise AssertionError("asked the network")

    monkeypatch.setattr("open_clip.download_pretrained", offline)
    kept = empty_hub_cache / "models--laion--CLIP-ViT-B-32-laion2B-s34B-b79K"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("abc")
    (kept / "snapshots" / "abc").mkdir(parents=True)
    for name in ("open_clip_pytorch_model.bin", "open_clip_model.safetensors"):
        (kept / "snapshots" / "abc" / name).write_bytes(b"")
        found = checkpoints.resolve(ARCHITECTURE, "laion2b_s34b_b79k")
        assert found.file.name == name
        assert found.pretrained == str(found.file)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda made: (made / checkpoints.CONFIG_NAME).write_text("{"), "cannot be read as JSON"),
        (lambda made: (made / checkpoints.CONFIG_NAME).write_text("[]"), "no 'model_cfg'"),
        (lambda made: (made / checkpoints.CONFIG_NAME).write_text("[" * 100_000), "cannot be read as JSON"),
        (
            lambda made: (made / checkpoints.CONFIG_NAME).write_text(
                '{"model_cfg": {"text_cfg": {"tokenizer_kwargs": {"trust_remote_code": true}}}}'
            ),
            "foreign code",
        ),
        (lambda made: (made / "open_clip_model.safetensors").unlink(), "holds no weights"),
        (
            lambda made: [
                (made / "open_clip_model.safetensors").rename(made / "a.bin"),
                (made / "b.bin").write_bytes(b""),
            ],
            r"several weight files \(a.bin, b.bin\)",
        ),
    ],
)
def test_resolve__unusable_folders(folder: Path, spoil: Callable[[Path], object], says: str) -> None:
    spoil(folder)
    with pytest.raises(errors.EncoderError, match=says):
        checkpoints.resolve(str(folder), None)


class Hostile:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return exec, (f"open({str(self.canary)!r}, 'w')",)


@pytest.mark.parametrize("name", ["open_clip_pytorch_model.bin", "model.pth", "evil.pt", "open_clip_model.safetensors"])
@pytest.mark.parametrize("zipped", [False, True])
def test_load__a_hostile_pickle_runs_nothing(folder: Path, tmp_path: Path, name: str, zipped: bool) -> None:
    import torch

    (folder / "open_clip_model.safetensors").unlink()
    canary = tmp_path / "canary"
    if zipped:
        torch.save({"state_dict": Hostile(canary)}, folder / name)
    else:
        (folder / name).write_bytes(pickle.dumps(Hostile(canary)))
    words = (ARCHITECTURE, str(folder / name)) if name.endswith(".pt") else (str(folder), None)
    with pytest.raises(errors.EncoderError, match="cannot be loaded as weights"):
        openclip.load(*words, device="cpu")
    assert not canary.exists()


def test_load__weights_of_another_architecture(tmp_path: Path) -> None:
    made = tiny_checkpoint.write(tmp_path / "m")
    config = json.loads((made / checkpoints.CONFIG_NAME).read_text(encoding="utf-8"))
    config["model_cfg"]["embed_dim"] = 24
    (made / checkpoints.CONFIG_NAME).write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(errors.EncoderError, match="of this very architecture"):
        openclip.load(str(made), None, device="cpu")


def test_load__a_file_that_is_no_weights(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no weights")
    with pytest.raises(errors.EncoderError, match=r"\.safetensors.*found '\.txt'"):
        openclip.load(ARCHITECTURE, str(tmp_path / "notes.txt"), device="cpu")
