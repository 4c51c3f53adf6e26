"""What an encoder says about places: it adds up, it lies where it should, and it is not believed where it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.encoder import KnowsPlaces, attention_places, framing, load_encoder, places, timm_images
from core.encoder.contract import EncoderSpec
from tests import tiny_backbone, tiny_checkpoint

SIDE = 160  # a grid of 5 x 5 for networks that shrink 32 times


def noise(size: tuple[int, int] = (90, 60)) -> Image.Image:
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), np.uint8))


def convolutional(folder: Path, **model: Any) -> Any:
    """An open_clip model with a timm tower of random weights."""
    vision = {"timm_model_name": "test_resnet", "timm_pool": "avg", "timm_proj": "linear", "image_size": SIDE}
    vision |= model
    return load_encoder(str(tiny_checkpoint.write(folder / "tower", custom_text=True, vision_cfg=vision)), device="cpu")


def untrained(name: str, **arguments: Any) -> timm_images.TimmEncoder:
    """A timm model of random weights as an encoder."""
    network = tiny_backbone.network(name, num_classes=0, **arguments).requires_grad_(False)
    import torch
    from timm.data.config import resolve_model_data_config
    from timm.data.transforms_factory import create_transform

    data = resolve_model_data_config(network)
    with torch.inference_mode():
        width = network(torch.zeros(1, *data["input_size"])).shape[1]
    spec = EncoderSpec("timm", name, "random", width, data["input_size"][1], "0")
    return timm_images.TimmEncoder(network, create_transform(**data, is_training=False), spec, "cpu")


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return convolutional(tmp_path_factory.mktemp("models"))


def test_place_vectors__of_a_pooled_tower_add_up_to_the_embedding(tower: Any) -> None:
    found = tower.place_vectors(noise())
    assert isinstance(tower, KnowsPlaces)
    assert (found.split, found.side, found.vectors.shape) == ("pooled", SIDE, (5, 5, 16))
    assert found.vectors.sum((0, 1)) == pytest.approx(tower.encode_images([noise()])[0], abs=1e-5)
    assert not found.rest.any()


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("test_resnet", "pooled"),
        ("test_efficientnet", "pooled"),
        ("test_convnext", "linearised"),  # a norm stands after the mean
        ("mobilenetv3_small_050", "linearised"),  # a convolution with an activation does
        ("test_vit", "attention"),
    ],
)
def test_place_vectors__split_shows_in_how_the_tower_ends(name: str, split: str) -> None:
    model = untrained(name)
    found = model.place_vectors(noise((200, 200)))
    assert found is not None
    assert found.split == split
    assert found.vectors.shape[0] * found.vectors.shape[1] > 1
    assert found.vectors.sum((0, 1)) + found.rest == pytest.approx(
        model.encode_images([noise((200, 200))])[0], abs=1e-5
    )


@pytest.mark.parametrize("pool", ["max", "avgmax"])
def test_place_vectors__none_for_another_pooling(pool: str) -> None:
    assert untrained("test_resnet", global_pool=pool).place_vectors(noise((200, 200))) is None


def test_place_vectors__none_where_an_attention_is_not_what_it_is_taken_for() -> None:
    model = untrained("test_vit")
    assert model.place_vectors(noise((200, 200))) is not None
    model.model.blocks[1].attn.register_forward_hook(lambda module, inputs, output: output * 1.1)
    assert model.place_vectors(noise((200, 200))) is None


def test_place_vectors__a_change_moves_the_place_where_it_is(tmp_path: Path) -> None:
    model = untrained("test_resnet")
    dark = Image.new("RGB", (SIDE, SIDE), (30, 30, 30))
    for row, column in ((0, 3), (4, 1)):
        lit = dark.copy()
        lit.paste((250, 240, 230), (32 * column + 4, 32 * row + 4, 32 * column + 28, 32 * row + 28))
        moved = np.abs(model.place_vectors(lit).vectors - model.place_vectors(dark).vectors).sum(-1)
        assert np.unravel_index(moved.argmax(), moved.shape) == (row, column)


def test_place_vectors__of_a_transformer_are_rows_and_columns(tmp_path: Path) -> None:
    import torch

    folder = tiny_checkpoint.write(
        tmp_path / "vit",
        vision_cfg={"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 8},
    )
    model = load_encoder(str(folder), device="cpu")
    with torch.no_grad():  # so that equal patches are equal tokens, and one layer reads each for itself
        model.model.visual.positional_embedding.zero_()
    picture = Image.new("RGB", (32, 32), (30, 30, 30))
    picture.paste((250, 60, 10), (16, 8, 24, 16))
    found = model.place_vectors(picture)
    assert found.vectors.shape == (4, 4, 16)
    apart = np.abs(found.vectors - found.vectors[0, 0]).sum(-1)
    assert np.argwhere(apart > 1e-5).tolist() == [[1, 2]]


def test_place_vectors__another_side_where_the_tower_takes_any(tower: Any) -> None:
    own, twice = tower.place_vectors(noise()), tower.place_vectors(noise(), side=2 * tower.spec.image_size)
    assert twice.side == 2 * own.side
    assert twice.vectors.shape[0] == 2 * own.vectors.shape[0]
    fixed = untrained("test_vit")
    assert fixed.place_vectors(noise(), side=2 * fixed.spec.image_size).side == fixed.spec.image_size


def test_place_vectors__leaves_the_model_as_it_was(tmp_path: Path) -> None:
    model = untrained("test_vit")
    before = model.encode_images([noise()])
    assert model.place_vectors(noise()) is not None
    assert all(not module._forward_hooks for module in model.model.modules())
    assert model.encode_images([noise()]) == pytest.approx(before, abs=0)


def test_pooled_tower__a_head_that_reads_no_place_is_not_believed() -> None:
    import torch

    tower = places.PooledTower(lambda pixels: pixels, lambda found: torch.ones(len(found), 4), None)
    assert tower(torch.rand(1, 3, 4, 4)) is None


def test_of_open_clip__none_for_other_towers(tower: Any) -> None:
    assert attention_places.of_open_clip(tower.model.visual) is None


@pytest.mark.parametrize("size", [(200, 100), (90, 150), (120, 120)])
@pytest.mark.parametrize(
    ("fit", "share"),
    [("squash", 1.0), ("inside", 1.0), ("around", 1.0), ("squash", 0.875), ("inside", 0.875), ("around", 0.875)],
)
def test_framing__tells_where_a_mark_of_the_picture_comes_to_lie(
    fit: framing.Fit, share: float, size: tuple[int, int]
) -> None:
    """Against the libraries' own transforms: the middle of a bright mark, from the input back to the picture."""
    shown = _prepared(fit, share, _marked(size))
    rows, columns = np.nonzero(shown > (shown.min() + shown.max()) / 2)
    seen = framing.Framing(fit, share).frame(*size)
    across = seen.left + (columns.mean() + 0.5) / shown.shape[1] * seen.width
    down = seen.top + (rows.mean() + 0.5) / shown.shape[0] * seen.height
    assert (across, down) == pytest.approx((0.6, 0.4), abs=0.015)


def _marked(size: tuple[int, int]) -> Image.Image:
    width, height = size
    picture = Image.new("RGB", size, (0, 0, 0))
    radius = 10
    middle = (0.6 * width, 0.4 * height)
    ImageDraw.Draw(picture).rectangle(
        (middle[0] - radius, middle[1] - radius, middle[0] + radius - 1, middle[1] + radius - 1), fill=(255, 255, 255)
    )
    return picture


def _prepared(fit: framing.Fit, share: float, picture: Image.Image) -> np.ndarray:
    """The picture as the model sees it, one channel `(112, 112)`."""
    from open_clip.transform import PreprocessCfg, image_transform_v2
    from timm.data.transforms_factory import create_transform

    plain: dict[str, Any] = {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}
    if share == 1:
        mode = next(name for name, meaning in framing.OPEN_CLIP.items() if meaning == fit)
        transform = image_transform_v2(PreprocessCfg(size=112, resize_mode=mode, **plain), is_train=False)
    else:
        mode = next(name for name, meaning in framing.TIMM.items() if meaning == fit)
        transform = create_transform((3, 112, 112), crop_pct=share, crop_mode=mode, **plain)
    return transform(picture)[0].numpy()
