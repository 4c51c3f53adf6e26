"""A small run from pictures and captions to a checkpoint that open_clip loads, and its resumption."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file

from core.encoder import load_encoder
from core.errors import Cancelled, ConfigurationError, TrainingError
from core.progress import Progress, silent
from core.training import batches, loop, network, recipe

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (30, 40, 220), "yellow": (230, 220, 40)}
SHAPE = recipe.ModelShape(
    image_tower="test_resnet",
    image_size=32,
    embed_dim=16,
    text_width=16,
    text_heads=2,
    text_layers=1,
    context_length=12,
)


@pytest.fixture(scope="module")
def captioned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """32 pictures of one colour each with two captions that name it."""
    folder = tmp_path_factory.mktemp("captioned")
    rng = np.random.default_rng(0)
    images, annotations = [], []
    for number in range(32):
        word, colour = list(COLOURS.items())[number % 4]
        pixels = np.clip(np.array(colour) + rng.integers(-25, 25, (24, 24, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": 24, "height": 24})
        for text in (f"a {word} picture", f"everything here is {word}"):
            annotations.append({"id": len(annotations), "image_id": number, "caption": text})
    captions = folder / "captions.json"
    captions.write_text(json.dumps({"images": images, "annotations": annotations}))
    return folder, captions


def plan(captioned: tuple[Path, Path], epochs: int = 2) -> recipe.Recipe:
    made = recipe.plain_recipe(*captioned, 32, epochs=epochs, batch=8, rate=1e-3)
    return dataclasses.replace(made, model=SHAPE)


def test_train__checkpoint_opens_as_encoder(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    course = loop.train(plan(captioned), tmp_path / "run", silent)
    assert [entry["epoch"] for entry in course.history] == [1, 2]
    encoder = load_encoder(str(tmp_path / "run" / "best"))
    assert encoder.spec.dim == 16
    assert encoder.encode_texts(["a red picture"]).shape == (1, 16)
    assert json.loads((tmp_path / "run" / "curves.json").read_text())[1]["kind"] == "contrast"


def test_train__learns_colours(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    loop.train(plan(captioned, epochs=25), tmp_path / "run", silent)
    encoder = load_encoder(str(tmp_path / "run" / "last"))
    swatches = encoder.encode_images([Image.new("RGB", (24, 24), colour) for colour in COLOURS.values()])
    texts = encoder.encode_texts([f"a {word} picture" for word in COLOURS])
    right = int((np.argmax(texts @ swatches.T, axis=1) == np.arange(4)).sum())
    assert right >= 3  # chance: 1


def test_train__resumed_run_equals_uninterrupted_one(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    whole = loop.train(plan(captioned, epochs=3), tmp_path / "whole", silent)

    def stop_in_the_second_epoch(progress: Progress) -> None:
        if progress.stage == "contrast 2/3":
            raise Cancelled("stopped by the test")

    with pytest.raises(Cancelled):
        loop.train(plan(captioned, epochs=3), tmp_path / "cut", stop_in_the_second_epoch)
    resumed = loop.train(plan(captioned, epochs=3), tmp_path / "cut", silent)
    assert len(resumed.history) == 3
    assert [e["loss"] for e in resumed.history] == pytest.approx([e["loss"] for e in whole.history], abs=2e-3)


def test_train__projections_stopped_half_way_begin_anew(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    made = plan(captioned, epochs=1)
    ends = recipe.Phase("projections", 3, ("captions",), side=32, batch=8, rate=1e-2)
    made = dataclasses.replace(made, phases=(*made.phases, ends))
    whole = loop.train(made, tmp_path / "whole", silent)

    def stop_in_the_second_epoch(progress: Progress) -> None:
        if progress.stage == "projections 2/3":
            raise Cancelled("stopped by the test")

    with pytest.raises(Cancelled):
        loop.train(made, tmp_path / "cut", stop_in_the_second_epoch)
    resumed = loop.train(made, tmp_path / "cut", silent)
    assert [e["kind"] for e in resumed.history] == ["contrast", *["projections"] * 3]
    assert [e["loss"] for e in resumed.history] == pytest.approx([e["loss"] for e in whole.history], abs=2e-3)
    assert whole.history[-1]["loss"] < whole.history[1]["loss"]


def test_train__pictures_grow_from_the_first_side(
    captioned: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = plan(captioned, epochs=6)
    made = dataclasses.replace(made, phases=(dataclasses.replace(made.phases[0], side=48, first_side=16),))
    shown: list[int] = []
    pixels = batches.pixels

    def watched(parts: list[batches.Part], view: list[NDArray[np.int64]], side: int, *rest: Any) -> torch.Tensor:
        shown.append(side)
        return pixels(parts, view, side, *rest)

    monkeypatch.setattr(batches, "pixels", watched)
    loop.train(made, tmp_path / "run", silent)
    assert shown == sorted(shown)
    assert [shown.count(side) / len(shown) for side in (16, 32, 48)] == pytest.approx([1 / 3] * 3)


def test_train__a_phase_may_end_half_way_back_to_where_it_began(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    made = plan(captioned, epochs=3)
    loop.train(plan(captioned, epochs=1), tmp_path / "first", silent)
    start = loop.Start(tmp_path / "first" / "last")

    def ended(folder: str, share: float, stop: bool = False) -> dict[str, torch.Tensor]:
        own = dataclasses.replace(made, phases=(dataclasses.replace(made.phases[0], rate=2e-2, from_start=share),))

        def watch(progress: Progress) -> None:
            if stop and progress.stage == "contrast 3/3":
                raise Cancelled("stopped by the test")

        if stop:
            with pytest.raises(Cancelled):
                loop.train(own, tmp_path / folder, watch, start=start)
        loop.train(own, tmp_path / folder, silent, start=start)
        return load_file(str(tmp_path / folder / "last" / network.WEIGHTS))

    begun = load_file(str(start.checkpoint / network.WEIGHTS))
    whole, half, stopped = ended("whole", 0.0), ended("half", 0.5), ended("stopped", 0.5, stop=True)
    name = "visual.head.proj.weight"
    middle = (begun[name].float() + whole[name].float()) / 2
    assert float((whole[name].float() - begun[name].float()).abs().max()) > 0.01
    assert torch.allclose(half[name].float(), middle, atol=2e-3)
    assert torch.allclose(stopped[name].float(), middle, atol=2e-3)


def test_train__starts_from_another_runs_checkpoint(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    loop.train(plan(captioned, epochs=6), tmp_path / "first", silent)
    slow = dataclasses.replace(
        plan(captioned), phases=(recipe.Phase("contrast", 1, ("captions",), batch=8, rate=1e-9),)
    )
    loop.train(slow, tmp_path / "second", silent, start=loop.Start(tmp_path / "first" / "last"))
    red = Image.new("RGB", (24, 24), COLOURS["red"])
    first, second = (load_encoder(str(tmp_path / run / "last")).encode_images([red]) for run in ("first", "second"))
    assert float((first @ second.T)[0, 0]) > 0.98  # next to nothing was learnt in between


def test_train__checkpoint_of_another_shape_cannot_start_it(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    loop.train(plan(captioned, epochs=1), tmp_path / "first", silent)
    other = dataclasses.replace(plan(captioned), model=dataclasses.replace(SHAPE, embed_dim=8))
    with pytest.raises(TrainingError, match="cannot start this run"):
        loop.train(other, tmp_path / "second", silent, start=loop.Start(tmp_path / "first" / "last"))


def test_train__queue_brings_further_negatives(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    def first_loss(queue: int) -> float:
        made = plan(captioned, epochs=1)
        phase = dataclasses.replace(made.phases[0], queue=queue)
        course = loop.train(dataclasses.replace(made, phases=(phase,)), tmp_path / str(queue), silent)
        return float(course.history[0]["loss"])

    assert first_loss(64) > first_loss(0)


def test_train__best_is_chosen_anew_when_other_figures_are_measured(
    captioned: tuple[Path, Path], tmp_path: Path
) -> None:
    """A second source is held out from the second phase on: what was best before it came says nothing about now."""
    made = plan(captioned, epochs=1)
    first = made.sources[0]
    second = dataclasses.replace(first, name="more", seed=1)
    later = dataclasses.replace(made.phases[0], sources=("captions", "more"), rate=1e-9)
    alone = dataclasses.replace(made, phases=(dataclasses.replace(made.phases[0], epochs=1),))
    loop.train(alone, tmp_path / "run", silent)
    written = json.loads((tmp_path / "run" / "course.json").read_text())
    written["course"]["best"] = 100.0  # as good as can be
    (tmp_path / "run" / "course.json").write_text(json.dumps(written))
    before = (tmp_path / "run" / "best" / "open_clip_model.safetensors").stat().st_mtime_ns
    course = loop.train(
        dataclasses.replace(made, sources=(first, second), phases=(*alone.phases, later)), tmp_path / "run", silent
    )
    assert set(course.history[-1]["recall@10"]) == {"captions", "more"}
    assert course.best < 100.0 or set(course.history[-1]["recall@10"].values()) == {100.0}
    assert (tmp_path / "run" / "best" / "open_clip_model.safetensors").stat().st_mtime_ns > before


def test_train__other_model_in_the_folder_is_refused(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    loop.train(plan(captioned, epochs=1), tmp_path / "run", silent)
    other = dataclasses.replace(plan(captioned), model=dataclasses.replace(SHAPE, embed_dim=8))
    with pytest.raises(TrainingError, match="another model"):
        loop.train(other, tmp_path / "run", silent)


def test_train__batch_larger_than_the_set(captioned: tuple[Path, Path], tmp_path: Path) -> None:
    made = plan(captioned)
    phase = dataclasses.replace(made.phases[0], batch=1000)
    with pytest.raises(TrainingError, match="fewer than 1000"):
        loop.train(dataclasses.replace(made, phases=(phase,)), tmp_path / "run", silent)


RECIPES = sorted((Path(__file__).parents[2] / "docs" / "recipes").glob("*-*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_read_recipe__bundled_ones_are_sound(path: Path) -> None:
    made = recipe.read_recipe(path)
    used = [one.as_posix() for source in made.sources for one in (source.images, source.captions) if one]
    assert used
    for one in used:
        # Evaluation parts are never trained on.
        assert not one.split("/data/")[-1].startswith(("coco/", "flickr8k/dev", "flickr8k/annotations/captions_dev"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("surprise = 1", "surprise"),
        ('[[source]]\nname = "a"\nkind = "captions"\ncolour = 1', "colour"),
        ('[[phase]]\nkind = "contrast"\nepochs = 1\nsources = ["nowhere"]', "nowhere"),
        ('[[phase]]\nkind = "distil"\nepochs = 1\nsources = []\nclasses = 1.0', "class_names"),
        ('[[phase]]\nkind = "projections"\nepochs = 1\nsources = []\nguessed = 1.0', "wants `guessed`"),
        ('[[phase]]\nkind = "text"\nepochs = 1\nsources = []', "teacher"),
        ('[[phase]]\nkind = "contrast"\nepochs = 1\nsources = []\nside = 64\nfirst_side = 96', "first_side 96"),
        (
            '[[source]]\nname = "a"\nkind = "captions"\nsmallest = 0.0\n'
            '[[phase]]\nkind = "contrast"\nepochs = 1\nsources = ["a"]',
            "Source a: `smallest`",
        ),
        ("", "nothing would be trained"),
        ("= broken", "cannot be read"),
    ],
)
def test_read_recipe__names_what_is_wrong(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        recipe.read_recipe(path)
