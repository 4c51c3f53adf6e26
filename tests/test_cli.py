"""The command line: what reaches standard output, standard error and the exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import cli, encoder, errors
from tests import colour_collection, colour_encoder

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = (
    *("search", "explain", "build", "add", "remove", "calibrate", "list", "verify", "download", "import"),
    *("rename", "delete", "disk", "resume"),
    *("evaluate", "runs", "compare", "audit", "scenes", "train", "average"),
)


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clip_db"
    colour_collection.write(folder)
    monkeypatch.setenv("COCO_LENS_DB", str(folder))
    monkeypatch.setenv("COCO_LENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(encoder, "load_encoder", colour_collection.load)
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = cli.main([str(word) for word in words])
    heard = capsys.readouterr()
    return code, heard.out, heard.err


def test_help__names_every_command_and_each_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert f"\n    {command}" in shown
        with pytest.raises(SystemExit):
            cli.main([command, "-h"])
        assert f"examples:\n  python -m core {command}" in capsys.readouterr().out


def test_search__json_is_one_object_and_nothing_else(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "search", "colours", "red bus", "-k", 2, "--json")
    made = json.loads(out)
    assert (code, err) == (0, "")
    assert made["query"] == "red bus"
    assert [set(hit) >= {"rank", "score", "image_id", "file_name", "caption", "categories"} for hit in made["hits"]]
    assert made["hits"][0]["file_name"] == "red/1.png"
    assert len(made["hits"]) == 2


def test_search_fold__shows_one_picture_for_those_alike(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    colour_collection.write(db, "twice", [("red", ("red",)), ("blue", ("blue",)), ("red", ("red again",))])
    code, out, _ = run(capsys, "search", "twice", "red", "--by", "image", "--fold")
    lines = out.splitlines()
    assert code == 0
    assert "red/1.png (+1 like it)" in lines[1]
    assert "blue/2.png" in lines[2]
    assert "red/3.png" not in out
    _, out, _ = run(capsys, "search", "twice", "red", "--by", "image", "--fold", "--json")
    made = json.loads(out)
    assert made["folded"] == [[1, 3], [2]]
    assert len(made["hits"]) == 3


def test_calibrate__fits_where_there_are_captions_enough(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "calibrate", "colours")
    assert (code, out) == (
        0,
        "colours: too few pictures have two captions or more, so probabilities stay an estimate\n",
    )
    colours = ("red", "green", "blue", "white", "yellow")
    entries = [(colour, (f"{colour} {n}", f"one {colour} thing {n}")) for n in range(12) for colour in colours]
    colour_collection.write(db, "many", entries)
    assert "relevance" not in json.loads((db / "many" / "manifest.json").read_text())["files"]
    code, out, _ = run(capsys, "calibrate", "many")
    assert code == 0
    assert out.startswith("many: fitted to ")
    assert (db / "many" / "relevance.json").is_file()
    assert run(capsys, "verify", "many")[0] == 0


def test_search__text_after_the_options(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "search", "colours", "-k", 2, "--by", "image", "red bus")
    assert code == 0
    assert "red/1.png" in out.splitlines()[1]


def test_search__two_texts_are_refused(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(capsys, "search", "colours", "red", "bus")
    assert "unrecognized arguments: bus" in capsys.readouterr().err


def test_search__table(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "search", "colours", "blue", "--by", "caption", "-k", 2)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["rank", "score", "image", "id", "file", "caption"]
    assert {line.split()[3] for line in lines[1:3]} == {"red/1.png", "blue/3.png"}
    assert "2 of 5 pictures in colours (ranking: caption; model: mean-colour)" in lines[-1]


def test_search__by_a_picture_within_filters(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = db.parent / "query.png"
    colour_encoder.picture("red").save(file)
    words = ["search", "colours", "--image", file, "--json", "-k", 9]
    made = json.loads(run(capsys, *words, "--category", "blue", "--category", "green")[1])
    assert (made["by"], made["query"]) == ("image", "picture query.png")
    assert {hit["image_id"] for hit in made["hits"]} == {2, 3}
    assert [hit["image_id"] for hit in json.loads(run(capsys, *words, "--file", "white/")[1])["hits"]] == [4]
    assert {hit["image_id"] for hit in json.loads(run(capsys, *words, "--license", 1)[1])["hits"]} == {2, 4}


def test_search__a_text_is_mixed_into_a_picture(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = db.parent / "query.png"
    colour_encoder.picture("red").save(file)
    code, out, err = run(capsys, "search", "colours", "so blue", "--image", file, "--json", "-k", 2)
    made = json.loads(out)
    assert (code, err) == (0, "")
    assert (made["by"], made["query"]) == ("image", "picture query.png + so blue")
    assert {hit["image_id"] for hit in made["hits"]} == {1, 3}
    code, _, err = run(capsys, "search", "colours", "blue " * 30, "--image", file)
    assert code == 0
    assert "longer than what the model reads" in err


def test_search__says_when_the_model_does_not_read_to_the_end(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "search", "colours", "red " * 30, "--json")
    assert code == 0
    assert json.loads(out)["hits"]
    assert "longer than what the model reads" in err


def test_search__terms_and_their_shares(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "search", "colours", "2*yellow - green", "--by", "image", "-k", 2, "--parts")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["rank", "score", "shares", "image", "id", "file", "caption"]
    _, score, first, second, image_id, file, *_ = lines[1].split()
    assert float(first) + float(second) == pytest.approx(float(score), abs=2e-3)
    assert first[0] in "+-"
    assert (image_id, file) in (("1", "red/1.png"), ("5", "yellow/5.png"))
    assert "shares, in this order: + 2*yellow, - green" in lines
    code, out, _ = run(capsys, "search", "colours", "- green + 2*yellow", "--json", "-k", 2)
    made = json.loads(out)
    assert (made["typed"], made["by"]) == ("- green + 2*yellow", "fused")
    for hit in made["hits"]:
        assert [(part["term"], part["side"]) for part in hit["parts"]] == [
            (0, "image"),
            (0, "caption"),
            (0, "words"),
            (1, "image"),
            (1, "caption"),
            (1, "words"),
        ]
        assert sum(part["share"] for part in hit["parts"]) == pytest.approx(hit["score"], abs=1e-5)


def test_search__pictures_as_terms(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = db.parent / "my query.png"
    colour_encoder.picture("blue").save(file)
    made = json.loads(run(capsys, "search", "colours", f'file:"{file}"', "--json", "-k", 1)[1])
    assert (made["hits"][0]["image_id"], made["by"], made["query"]) == (3, "image", "picture my query.png")
    mixed = json.loads(run(capsys, "search", "colours", "img:2 - red", "--image", file, "--json", "-k", 9)[1])
    assert mixed["typed"] == f'file:"{file}" + img:2 - red'
    assert 2 not in [hit["image_id"] for hit in mixed["hits"]]
    assert mixed["hits"][0]["image_id"] == 3


def test_search__plain_takes_the_text_literally(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = json.loads(run(capsys, "search", "colours", "red - blue", "--plain", "--json", "-k", 5)[1])
    assert made["typed"] == '"red - blue"'
    assert {part["term"] for hit in made["hits"] for part in hit["parts"]} == {0}
    assert run(capsys, "search", "colours", "red +", "--plain", "-k", 1)[0] == 0


def test_search__an_error_points_at_the_place(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "search", "colours", "red + 0*blue")
    assert (code, out) == (2, "")
    assert err.startswith("error: the weight 0 ")
    assert err.splitlines()[1:] == ["  red + 0*blue", "        ^"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("search", "colours"), "there is no query"),
        (("search", "colours", "red - red"), "cancel each other out"),
        (("search", "colours", "red + img:77"), "no picture with image_id 77"),
        (("search", "colours", "red", "--image", "absent.jpg"), "the file is missing"),
        (("search", "colours", "--image", "absent.jpg"), "absent.jpg cannot be used as a query: the file is missing"),
        (("search", "colors", "red"), "there are: colours"),
        (("search", "colours", "red", "--category", "rde"), "near ones: red"),
        (("search", "colours", " "), "the query is empty"),
        (("evaluate", "nothing"), "there are: colours"),
        (("verify", "nothing"), "there are: colours"),
        (("remove", "colours", "77"), "no picture 77"),
        (("build", "new", "--images", "nowhere"), "nowhere"),
        (("scenes", "out", "--demo", "--count", "3"), "fixed set"),
        (("scenes", "out", "--count", "0"), "count of 1 or more"),
    ],
)
def test_main__errors_are_one_message_without_a_traceback(
    db: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert "error: " in err
    assert says in err
    assert "Traceback" not in err


def test_list__table_json_and_nothing_there(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (db / "colours" / "images" / "vectors.index").unlink()
    colour_collection.write(db, "more")
    _, out, _ = run(capsys, "list")
    assert out.splitlines()[0].split() == ["name", "pictures", "captions", "size", "model", "built", "title"]
    assert "FAULT: images/vectors.index" in out.splitlines()[1]
    assert out.splitlines()[2].endswith("The more")
    made = json.loads(run(capsys, "list", "--json")[1])
    assert [entry["name"] for entry in made["collections"]] == ["colours", "more"]
    assert "python -m core build" in run(capsys, "list", "--db", db / "none")[1]


def test_verify__whole_and_altered(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "verify", "colours")
    assert code == 0
    assert "colours: whole; 4 files" in out
    file = db / "colours" / "text" / "vectors.index"
    file.write_bytes(file.read_bytes()[:-1] + b"\x55")
    code, out, _ = run(capsys, "verify", "colours")
    assert code == 1
    assert "FAULT: text/vectors.index: altered" in out


def test_evaluate__table_with_protocol_and_json(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "evaluate", "colours")
    assert code == 0
    assert "text to image, fused ranking" in out
    assert "Protocol: every caption as a query" in out
    made = json.loads(run(capsys, "evaluate", "colours", "--json")[1])
    assert (made["images"], made["captions"]) == (5, 8)
    assert {"R@1", "R@5", "R@10", "median_rank", "MRR"} < set(made["text_to_image"]["fused"])


def test_build_add_remove__a_whole_life(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def load(model: str, *_: object, **__: object) -> colour_encoder.ColourEncoder:
        seen.append(model)
        return colour_encoder.ColourEncoder()

    monkeypatch.setattr(encoder, "load_encoder", load)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "checkpoint").mkdir()
    photos = tmp_path / "photos"
    for colour in ("red", "blue"):
        (photos / colour).mkdir(parents=True)
        colour_encoder.picture(colour).save(photos / colour / "1.png")
    (photos / "red" / "broken.jpg").write_text("no picture")
    code, out, err = run(
        capsys,
        "build",
        "mine",
        "--images",
        photos,
        "--labels-from-folders",
        "--model",
        "checkpoint",
        "--title",
        "My own",
    )
    assert code == 0
    assert "mine: 2 pictures, 0 captions" in out
    assert "Skipped 1:\n  red/broken.jpg: not a picture" in out
    assert "Encoding pictures: 3 of 3 pictures" in err
    assert seen == [str(tmp_path / "checkpoint")]  # absolute: the collection is opened from other folders too
    colour_encoder.picture("green").save(photos / "red" / "2.png")
    code, out, _ = run(capsys, "add", "mine")
    assert code == 0
    assert "Added 1 pictures; 2 were there already" in out
    assert json.loads(run(capsys, "search", "mine", "green", "--category", "red", "--json")[1])["hits"][0][
        "file_name"
    ] == ("red/2.png")
    code, out, _ = run(capsys, "remove", "mine", "red/2.png")
    assert code == 0
    assert "Removed 1 pictures" in out
    assert json.loads(run(capsys, "search", "mine", "green", "--json")[1])["matching"] == 2


def test_main__ctrl_c_says_that_the_work_is_kept(
    db: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.build.build_collection", stop)
    monkeypatch.setattr("core.store.verify_store", stop)
    code, _, err = run(capsys, "build", "mine", "--images", db)
    assert code == 130
    assert "the same command goes on from there" in err
    code, _, err = run(capsys, "verify", "colours")
    assert (code, err.strip()) == (130, "Stopped.")


def test_main__cancelled_by_the_job_itself(
    db: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise errors.Cancelled("stopped after 12 pictures")

    monkeypatch.setattr("core.build.build_collection", stop)
    code, _, err = run(capsys, "build", "mine", "--images", db)
    assert code == 130
    assert "stopped after 12 pictures" in err


def test_scenes__draws_a_collection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("core.scenes.generate")
    code, out, err = run(capsys, "scenes", tmp_path / "drawn", "--count", 1)
    if code == 2 and "font" in err:
        pytest.skip("no colour emoji font on this machine")
    assert code == 0
    for line in out.splitlines():
        assert Path(line.split(maxsplit=1)[1]).exists()


def module(*words: object, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "core", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,  # type: ignore[call-overload]
    )


def test_module__a_reader_that_has_enough_is_no_error(db: Path) -> None:
    with module("list", "--db", db) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(60) == 0


# Started in the background by a shell, a test run hands an ignored SIGINT down; a terminal's programs heed theirs.
SLOW_BUILD = """
import signal, sys, time
from core import cli, encoder
from tests import colour_encoder

class Slow(colour_encoder.ColourEncoder):
    def encode_images(self, images):
        time.sleep(0.2)
        return super().encode_images(images)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    encoder.load_encoder = lambda *_, **__: Slow()
    sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to interrupt")
def test_module__ctrl_c_in_a_build_then_the_same_command(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(600):
        colour_encoder.picture((number % 250, 9, 9), (64, 64)).save(photos / f"{number:04}.png")
    words = (sys.executable, "-c", SLOW_BUILD, "build", "mine", "--images", str(photos), "--db", str(tmp_path / "db"))
    # Ctrl-C in a terminal reaches the decoding children as well: the whole process group.
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        until = time.monotonic() + 60
        while not list((tmp_path / "db").rglob("*.npz")) and time.monotonic() < until:  # the first finished stretch
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(60) == 130
    assert "Traceback" not in rest
    assert "the same command goes on" in rest
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "Went on from an interrupted run: " in done.stdout
    assert "mine: 600 pictures" in done.stdout
