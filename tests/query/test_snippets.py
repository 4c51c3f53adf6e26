"""The line of Python and the command find exactly what the query found."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core import build, cli, collection, config, encoder
from core.errors import QueryError
from core.query import Handed, Query, Term, as_command_line, as_python, parse
from core.search import SearchResult
from tests import colour_collection, colour_encoder, tiny_checkpoint

FILTERS: list[dict[str, Any]] = [
    {},
    {"category": frozenset({"red", "blue", "yellow"}), "file_contains": "/", "license": frozenset({2})},
]


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "its own" / "clip_db"
    colour_collection.write(folder)
    colour_encoder.picture("orange").save(tmp_path / "it's orange.png")
    monkeypatch.setenv("COCO_LENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(encoder, "load_encoder", colour_collection.load)
    monkeypatch.chdir(tmp_path)
    return folder


def run_python(lines: str) -> SearchResult:
    names: dict[str, Any] = {}
    exec(lines, names)
    return names["hits"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("by", ["image", "caption", "fused"])
@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize(
    "typed",
    [
        "red",
        "- red",
        '2*red + "it\'s $HOME + `blue` \\\\ \\"so\\"" - 0.3*green',
        "0.7*img:2[0,0.1,0.5,0.5] - yellow",
        'file:"it\'s orange.png" + "狗\\u{a}--"',
        "- -k",
    ],
)
def test_snippets__find_the_same_hits(
    db: Path, capsys: pytest.CaptureFixture[str], typed: str, by: str, filters: dict[str, Any]
) -> None:
    asked = parse(typed)
    expected = collection.open_collection("colours", db).query(asked, 3, by, **filters)
    assert expected.hits
    lines = as_python(asked, "colours", 3, by, db=str(db), **filters)
    assert run_python(lines).hits == expected.hits
    command = as_command_line(asked, "colours", 3, by, db=str(db), **filters)
    words = shlex.split(command)
    assert words[:4] == ["python", "-m", "core", "search"]
    assert cli.main([*words[3:], "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["hits"] == expected.to_dict()["hits"]
    assert (made["typed"], made["by"], made["k"], made["matching"]) == (expected.typed, by, 3, expected.matching)


def test_snippets__say_no_more_than_is_needed() -> None:
    asked = parse("2*dog - person")
    assert as_command_line(asked, "demo", 5, "image") == ("python -m core search demo '2*dog - person' -k 5 --by image")
    assert as_python(asked, "demo", 5, "image", category=["dog"]) == (
        "from core import open_collection\n\n"
        "hits = open_collection('demo').query('2*dog - person', k=5, by='image', category=['dog'])\n"
    )
    assert as_command_line(asked, "demo", 5, "image", category=["-x"], file_contains="-y").endswith(
        "--category=-x --file=-y"
    )


def test_snippets__a_picture_handed_in_cannot_be_copied() -> None:
    asked = Query((Term(Handed(b"", "Uploaded picture")),))
    for make in (as_python, as_command_line):
        with pytest.raises(QueryError, match="Uploaded picture was handed in"):
            make(asked, "demo", 5, "image")


def test_snippets__in_a_real_shell_with_a_real_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCO_LENS_CACHE", str(tmp_path / "cache"))
    pictures, db = tmp_path / "my pictures", tmp_path / "clip db"
    pictures.mkdir()
    for name in colour_encoder.COLOURS:
        colour_encoder.picture(name).save(pictures / f"{name}.png")
    model = tiny_checkpoint.write(tmp_path / "model")
    build.build_collection("tiny", pictures, model=str(model), db=db, device="cpu")
    opened = collection.open_collection("tiny", db)
    known = opened.store.records[0].image_id
    asked = parse(f'- 2*"it\'s\\u{{a}} $(not) red" + img:{known}[0,0,0.5,1] + file:"{pictures}/blue.png"')
    expected = opened.query(asked, 4, "image", file_contains="e")
    assert len(expected) == 4
    assert run_python(as_python(asked, "tiny", 4, "image", file_contains="e", db=str(db))).hits == expected.hits
    shim = tmp_path / "bin" / "python"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    shim.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", as_command_line(asked, "tiny", 4, "image", file_contains="e", db=str(db)) + " --json"],
        cwd=config.project_root(),
        env={**os.environ, "PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["typed"] == expected.typed
    shown = [(hit["image_id"], hit["score"]) for hit in made["hits"]]
    # The command may use more threads, which changes the last bits of a vector.
    assert [image_id for image_id, _ in shown] == [hit.record.image_id for hit in expected]
    assert [score for _, score in shown] == pytest.approx([hit.score for hit in expected], abs=1e-5)
