"""Fine-tuning a pretrained open_clip model: what learns, what is kept, when it stops, and what it refuses."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from core import cli
from core.encoder import load_encoder
from core.errors import Cancelled, ConfigurationError, EncoderError, SourceError, TrainingError
from core.evaluation import captions as formulas
from core.evaluation import metrics
from core.progress import Progress, silent
from core.training import averaging, network
from core.training.finetuning import examples, fitting, pretrained, towers
from core.training.finetuning.plan import LEARNS, Plan, usual_rate
from core.training.recipe import ModelShape
from tests import tiny_checkpoint

COLOURS = {
    "red": (220, 30, 30),
    "green": (30, 200, 40),
    "blue": (30, 40, 220),
    "yellow": (230, 220, 40),
    "white": (240, 240, 240),
    "black": (15, 15, 15),
}
PICTURES = 48
TIMM_SHAPE = ModelShape("test_resnet", image_size=32, embed_dim=16, text_width=16, text_heads=2, text_layers=1)


@pytest.fixture(scope="module")
def captioned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Pictures of one colour above another, with two captions that say so."""
    folder = tmp_path_factory.mktemp("captioned")
    rng = np.random.default_rng(0)
    pairs = [(above, below) for above in COLOURS for below in COLOURS if above != below]
    images, annotations = [], []
    for number in range(PICTURES):
        above, below = pairs[number % len(pairs)]
        pixels = np.empty((32, 40, 3))
        pixels[:16], pixels[16:] = COLOURS[above], COLOURS[below]
        noisy = np.clip(pixels + rng.integers(-15, 15, pixels.shape), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": 40, "height": 32})
        for text in (f"{above} above {below}", f"a {above} half over a {below} one"):
            annotations.append({"id": len(annotations), "image_id": number, "caption": text})
    captions = folder / "captions.json"
    captions.write_text(json.dumps({"images": images, "annotations": annotations}))
    return folder, captions


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """open_clip's own towers, whose projections are bare matrices."""
    return tiny_checkpoint.write(tmp_path_factory.mktemp("models") / "start")


@pytest.fixture(scope="module")
def timm_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A timm picture tower with batch normalisation, stored as float16, as the bundled model is."""
    folder = tmp_path_factory.mktemp("models") / "timm-start"
    network.save(network.create(TIMM_SHAPE), TIMM_SHAPE, folder)
    return folder


def plan(start: Path, captioned: tuple[Path, Path], tune: str = "all", **changes: object) -> Plan:
    made = Plan(str(start), None, *captioned, tune, epochs=3, batch=16, rate=3e-3, patience=10)
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def moved(before: Path, after: Path) -> set[str]:
    """The names of the weights that are not to the last bit the same."""
    first, second = (load_file(str(one / network.WEIGHTS)) for one in (before, after))
    assert {name: value.dtype for name, value in first.items()} == {name: value.dtype for name, value in second.items()}
    return {name for name, value in first.items() if not value.equal(second[name])}


@pytest.mark.parametrize("which", ["start", "timm_start"])
@pytest.mark.parametrize("tune", list(LEARNS))
def test_tune__only_what_should_learn_changes(
    which: str, tune: str, captioned: tuple[Path, Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    begun = request.getfixturevalue(which)

    def stop_after_the_first_epoch(at: Progress) -> None:
        if at.stage == f"{tune} 2/2":
            raise Cancelled("stopped by the test")

    with pytest.raises(Cancelled):
        fitting.tune(plan(begun, captioned, tune, rate=1e-2, epochs=2), tmp_path / "run", stop_after_the_first_epoch)
    kept = torch.load(tmp_path / "run" / "finetuning.pt", weights_only=True)["weights"]
    before = load_file(str(begun / network.WEIGHTS))
    changed = {name for name, value in kept.items() if not torch.equal(value, before[name].float())}
    assert changed == set(kept), "what learns does learn"
    seen = {name for name in changed if name.startswith("visual.")}
    read = {name for name in changed if not name.startswith(("visual.", "logit"))}
    assert (bool(seen), bool(read)) == (tune != "text", tune != "image")
    if tune == "projection":
        assert len(seen) == len(read) == 1
    model = pretrained.load(str(begun), None, report=silent).network
    assert towers.count(towers.release(model, tune)) == sum(value.numel() for value in kept.values())


def test_tune__frozen_parts_come_out_of_the_checkpoint_as_they_went_in(
    timm_start: Path, captioned: tuple[Path, Path], tmp_path: Path
) -> None:
    tuned = fitting.tune(plan(timm_start, captioned, "projection", rate=1e-2, epochs=20), tmp_path / "run", silent)
    assert tuned.best == tmp_path / "run" / "best"
    assert moved(timm_start, tuned.best) <= {"visual.head.proj.weight", "text.text_projection", "logit_scale"}
    assert (tuned.best / network.CONFIG).read_text() == (timm_start / network.CONFIG).read_text()


@pytest.mark.parametrize("tune", ["projection", "all"])
def test_tune__the_kept_checkpoint_is_the_best_epoch(
    tune: str, start: Path, captioned: tuple[Path, Path], tmp_path: Path
) -> None:
    tuned = fitting.tune(plan(start, captioned, tune, epochs=12, rate=1e-2), tmp_path / "run", silent)
    course = tuned.course
    reached = [entry["mean_recall"] for entry in course.history]
    assert course.best == max(reached) == reached[course.best_epoch] > reached[0]
    assert tuned.best is not None
    held_out = json.loads((tmp_path / "run" / "held_out.json").read_text())
    encoder = load_encoder(f"local-dir:{tuned.best}")
    pictures = encoder.encode_images([Image.open(captioned[0] / one["file_name"]) for one in held_out["images"]])
    texts = encoder.encode_texts([one["caption"] for one in held_out["annotations"]])
    rows = {one["id"]: row for row, one in enumerate(held_out["images"])}
    owners = np.array([rows[one["image_id"]] for one in held_out["annotations"]])
    ranks = (formulas.true_ranks(texts @ pictures.T, owners), formulas.own_caption_ranks(pictures, texts, owners))
    again = np.mean([100 * metrics.recall_at_k(each, k) for each in ranks for k in (1, 5, 10)])
    assert again == pytest.approx(course.best, abs=0.01)


def test_tune__stops_when_nothing_gets_better_and_keeps_nothing(
    start: Path, captioned: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # So small a rate moves no picture past another: no epoch can be better than the start.
    out = tmp_path / "run"
    said = ["train", str(out), "--finetune", str(start), "--images", str(captioned[0]), "--captions", str(captioned[1])]
    assert cli.main([*said, "--rate", "1e-12", "--epochs", "20", "--patience", "3"]) == 0
    printed = capsys.readouterr().out
    assert "Stopped after epoch 3: the last 3 were no better" in printed
    assert "No epoch was better than the start" in printed
    assert f"there is no {out / 'best'}" in printed
    assert not (out / "best").exists()
    assert len(json.loads((out / "curves.json").read_text())) == 4


@pytest.mark.parametrize("tune", ["projection", "all"])
def test_tune__resumed_run_equals_uninterrupted_one(
    tune: str, timm_start: Path, captioned: tuple[Path, Path], tmp_path: Path
) -> None:
    asked = plan(timm_start, captioned, tune)
    whole = fitting.tune(asked, tmp_path / "whole", silent)

    def stop_in_the_second_epoch(at: Progress) -> None:
        if at.stage == f"{tune} 2/3":
            raise Cancelled("stopped by the test")

    with pytest.raises(Cancelled):
        fitting.tune(asked, tmp_path / "cut", stop_in_the_second_epoch)
    resumed = fitting.tune(asked, tmp_path / "cut", silent)
    forms = [[{**entry, "seconds": 0} for entry in one.course.history] for one in (whole, resumed)]
    assert forms[0] == forms[1]
    assert not (tmp_path / "cut" / "finetuning.pt").exists()
    again = fitting.tune(asked, tmp_path / "cut", silent)  # nothing is left to do
    assert again.course.history == resumed.course.history


def test_tune__other_options_in_the_folder_are_refused(
    start: Path, captioned: tuple[Path, Path], tmp_path: Path
) -> None:
    fitting.tune(plan(start, captioned, "projection", epochs=1), tmp_path / "run", silent)
    with pytest.raises(TrainingError, match=r"another fine-tuning run .*rate 0.003, not 0.01"):
        fitting.tune(plan(start, captioned, "projection", epochs=1, rate=0.01), tmp_path / "run", silent)
    (tmp_path / "other" / "best").mkdir(parents=True)
    with pytest.raises(TrainingError, match="is there already, of no fine-tuning run"):
        fitting.tune(plan(start, captioned, "projection"), tmp_path / "other", silent)
    (tmp_path / "run" / "course.json").write_text("{}")
    with pytest.raises(TrainingError, match="from a recipe or from nothing"):
        fitting.tune(plan(start, captioned, "projection", epochs=1), tmp_path / "run", silent)


def test_tune__changed_pictures_are_not_gone_on_with(start: Path, captioned: tuple[Path, Path], tmp_path: Path) -> None:
    listed = json.loads(captioned[1].read_text())
    said = tmp_path / "said.json"
    said.write_text(json.dumps(listed))
    fitting.tune(plan(start, (captioned[0], said), "projection", epochs=1), tmp_path / "run", silent)
    listed["annotations"][0]["caption"] = "something else"
    said.write_text(json.dumps(listed))
    with pytest.raises(TrainingError, match="have changed since the run"):
        fitting.tune(plan(start, (captioned[0], said), "projection", epochs=1), tmp_path / "run", silent)


def test_tune__the_rate_is_looked_for(start: Path, captioned: tuple[Path, Path], tmp_path: Path) -> None:
    tuned = fitting.tune(plan(start, captioned, "projection", rate="auto", epochs=1), tmp_path / "run", silent)
    told = json.loads((tmp_path / "run" / "rate_finder.json").read_text())
    assert tuned.course.found
    assert tuned.course.rate == told["chosen"]
    assert told["rates"][0] < told["chosen"] < told["rates"][-1]
    given = fitting.tune(plan(start, captioned, "projection", epochs=1), tmp_path / "given", silent)
    assert given.course.history[0] == tuned.course.history[0], "looking for the rate leaves the start as it was"


def test_tune__result_builds_and_averages(start: Path, captioned: tuple[Path, Path], tmp_path: Path) -> None:
    tuned = fitting.tune(plan(start, captioned, "all", epochs=12, rate=1e-2), tmp_path / "run", silent)
    assert tuned.best is not None
    assert tuned.start == start
    averaging.average(tuned.start, tuned.best, 0.5, tmp_path / "mean")
    source = ["--images", str(captioned[0]), "--captions", str(tmp_path / "run" / "held_out.json")]
    for name, model in (("before", start), ("after", tuned.best), ("mean", tmp_path / "mean")):
        assert cli.main(["build", name, *source, "--model", str(model), "--db", str(tmp_path / "db")]) == 0
        assert cli.main(["evaluate", name, "--only", "captions", "--db", str(tmp_path / "db")]) == 0
    found = [json.loads(path.read_text()) for path in sorted((tmp_path / "db" / ".evaluations").glob("*.json"))]
    assert len({one["collection"]["encoder"]["fingerprint"] for one in found}) == 3


def test_tune__architecture_with_a_weights_file(captioned: tuple[Path, Path], start: Path, tmp_path: Path) -> None:
    """By name and file, as a published model would come: the preparation and the architecture go into the result."""
    import open_clip
    from open_clip import factory

    described = tmp_path / "Tiny-Clip-Test.json"
    described.write_text(json.dumps(tiny_checkpoint.CONFIG["model_cfg"] | {"quick_gelu": True}))
    open_clip.add_model_config(described)
    try:
        weights = str(start / network.WEIGHTS)
        named = plan(Path("Tiny-Clip-Test"), captioned, "projection", pretrained=weights, epochs=20, rate=1e-2)
        tuned = fitting.tune(named, tmp_path / "run", silent)
        before = load_encoder("Tiny-Clip-Test", weights)
    finally:
        factory._MODEL_CONFIGS.pop("Tiny-Clip-Test")
        factory._rescan_model_configs()
    # Nothing but the folders is needed from here on.
    assert tuned.start == tmp_path / "run" / "start"
    red = Image.new("RGB", (50, 32), COLOURS["red"])
    copied = load_encoder(str(tuned.start))
    assert np.allclose(copied.encode_images([red]), before.encode_images([red]), atol=1e-6)
    assert np.allclose(copied.encode_texts(["red above blue"]), before.encode_texts(["red above blue"]), atol=1e-6)
    assert tuned.best is not None
    assert load_encoder(str(tuned.best)).encode_images([red]).shape == (1, 16)
    averaging.average(tuned.start, tuned.best, 0.3, tmp_path / "mean")


def test_gather__sidecar_texts_and_unreadable_pictures(start: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(24):
        Image.new("RGB", (40, 32), (10 * number, 80, 90)).save(folder / f"{number:02}.png")
        (folder / f"{number:02}.txt").write_text(f"shade number {number}\n")
    (folder / "07.png").write_bytes(b"no picture at all")
    begun = pretrained.load(str(start), None, report=silent)
    asked = Plan(str(start), None, folder, None, "all", epochs=1, batch=8, rate=1e-3, patience=1)
    for _ in range(2):  # decoded, then found in the cache
        found = examples.gather(asked, begun, tmp_path / "cache", silent)
        assert [one.file_name for one in found.skipped] == ["07.png"]
        assert len(found.pixels) == len(found.records) == len(found.texts_of) == 23
        names = [one.file_name for one in found.records]
        assert found.pixels[:, 16, 16].tolist() == [[10 * int(name[:2]), 80, 90] for name in names]
        assert found.owner.tolist() == list(range(23))


def test_usual_rate__large_models_learn_more_slowly() -> None:
    assert usual_rate("all", 13_767_885) > usual_rate("all", 151_277_313)
    assert {usual_rate(tune, 10) for tune in LEARNS} == {1e-3, 3e-5}


def test_part__whole_pictures_and_the_same_again() -> None:
    trained, held_out = examples.part(200, 0.15, seed=3)
    assert len(held_out) == 30
    assert sorted([*trained, *held_out]) == list(range(200))
    assert np.array_equal(held_out, examples.part(200, 0.15, seed=3)[1])
    assert not np.array_equal(held_out, examples.part(200, 0.15, seed=4)[1])
    assert len(examples.part(20, 0.01, seed=0)[1]) == 10
    assert len(examples.part(100_000, 0.15, seed=0)[1]) == 500


def test_projection__features_and_projection_make_the_tower(start: Path, timm_start: Path) -> None:
    for begun in (start, timm_start):
        reader = pretrained.load(str(begun), None, report=silent)
        pixels = torch.rand(2, 3, 32, 32)
        whole = reader.network.encode_image(pixels)
        projection = towers.of_pictures(reader.network)
        assert projection is not None
        with projection.removed():
            features = reader.network.encode_image(pixels)
        assert torch.allclose(projection(features), whole, atol=1e-6)
        assert torch.allclose(reader.network.encode_image(pixels), whole), "it is back in its place"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"tune": "some"}, "unknown; there are projection, text, image, all"),
        ({"batch": 2}, "needs 4"),
        ({"epochs": 0}, "at least 1"),
        ({"rate": float("nan")}, "between 0 and 1"),
        ({"hold_out": 0.9}, "at most 0.5"),
    ],
)
def test_tune__values_that_mean_nothing(
    changes: dict[str, object], says: str, start: Path, captioned: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        fitting.tune(plan(start, captioned, **changes), tmp_path / "run", silent)  # type: ignore[arg-type]


def test_tune__too_little_to_learn_from(start: Path, captioned: tuple[Path, Path], tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for number in range(30):
        Image.new("RGB", (8, 8), (number, 0, 0)).save(bare / f"{number}.png")
    with pytest.raises(TrainingError, match="none of the 30 pictures has a caption"):
        fitting.tune(plan(start, (bare, None)), tmp_path / "run", silent)  # type: ignore[arg-type]
    few = json.loads(captioned[1].read_text())
    few["images"] = few["images"][:12]
    few["annotations"] = [one for one in few["annotations"] if one["image_id"] < 12]
    (tmp_path / "few.json").write_text(json.dumps(few))
    with pytest.raises(TrainingError, match="12 readable pictures with captions; at least 20"):
        fitting.tune(plan(start, (captioned[0], tmp_path / "few.json")), tmp_path / "run", silent)
    with pytest.raises(SourceError, match="is not there"):
        fitting.tune(plan(start, (tmp_path / "gone", captioned[1])), tmp_path / "run", silent)


def test_load__models_that_cannot_be_taught(start: Path, tmp_path: Path) -> None:
    def changed(name: str, **settings: object) -> str:
        folder = tiny_checkpoint.write(tmp_path / name)
        config = json.loads((folder / network.CONFIG).read_text())
        for key, value in settings.items():
            config["model_cfg"][key] = value
        (folder / network.CONFIG).write_text(json.dumps(config))
        return str(folder)

    text = tiny_checkpoint.CONFIG["model_cfg"]["text_cfg"]
    foreign = changed("foreign", text_cfg=text | {"hf_tokenizer_name": "somebody/tokenizer"})
    with pytest.raises(TrainingError, match="reads text with the transformers library"):
        pretrained.load(foreign, None, report=silent)
    with pytest.raises(TrainingError, match="also writes captions"):
        pretrained.load(changed("writing", multimodal_cfg={"width": 16}), None, report=silent)
    with pytest.raises(TrainingError, match="transformers library"):
        pretrained.load("ViT-B-16-SigLIP", str(start / network.WEIGHTS), report=silent)
    with pytest.raises(TrainingError, match="encodes pictures only"):
        pretrained.load("cnn-small", None, report=silent)
    with pytest.raises(EncoderError, match=r"there is no model 'ViT-B-33'.*did you mean"):
        pretrained.load("ViT-B-33", None, report=silent)


def test_release__a_model_without_plain_projections() -> None:
    model = torch.nn.Module()
    model.visual = torch.nn.Linear(2, 2)
    with pytest.raises(TrainingError, match="choose --tune text, image or all"):
        towers.release(model, "projection")


def test_train__a_table_of_captions(
    start: Path, captioned: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = json.loads(captioned[1].read_text())
    names = {one["id"]: one["file_name"] for one in listed["images"]}
    rows = [f"{names[one['image_id']]},{one['caption']}" for one in listed["annotations"]]
    (tmp_path / "said.csv").write_text("\n".join(["photo,said", *rows]))
    out = tmp_path / "run"
    given = ["--images", str(captioned[0]), "--captions", str(tmp_path / "said.csv"), "--epochs", "1"]
    columns = ["--path-column", "photo", "--caption-column", "said"]
    assert cli.main(["train", str(out), "--finetune", str(start), *given, *columns]) == 0
    printed = capsys.readouterr().out
    assert "38 pictures with 76 captions to learn from, 10 pictures held out" in printed
    assert "with only 10 pictures to judge by" in printed
    assert "769 of" in printed  # 32 × 16 weights for pictures, 16 × 16 for texts, and the temperature
    assert len(json.loads((out / "held_out.json").read_text())["images"]) == 10


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--tune", "all"], "--tune is for fine-tuning"),
        (["--images", "", "--captions", "c.json", "--epochs", "0"], "--epochs must be at least 1"),
        (["--rate", "auto"], "--rate auto is for fine-tuning"),
        (["--split", "test"], "--split is for fine-tuning"),
        (["--finetune", "bundled", "--recipe", "r.toml"], "--recipe has no place beside --finetune"),
        (["--finetune", "bundled", "--images", "", "--pretrained", "x"], "brings its own weights"),
    ],
)
def test_train__options_that_do_not_go_together(
    options: list[str], says: str, captioned: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(captioned[0]) if one == "" else one for one in options]
    assert cli.main(["train", str(tmp_path / "run"), *given]) == 2
    assert says in capsys.readouterr().err


def test_train__folder_of_a_fine_tuning_run_is_not_trained_over(
    start: Path, captioned: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fitting.tune(plan(start, captioned, "projection", epochs=1), tmp_path / "run", silent)
    said = ["train", str(tmp_path / "run"), "--images", str(captioned[0]), "--captions", str(captioned[1])]
    assert cli.main(said) == 2
    assert "holds a fine-tuning run" in capsys.readouterr().err
