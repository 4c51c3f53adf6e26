"""Tables, JSON and progress as they reach a terminal, a pipe and a log file."""

import io
import json
import sys

import pytest

from core import progress, text_table
from core.cli import progress_bar, tables


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_print_table__aligns_and_cuts_nothing_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    tables.print_table(("n", "file", "caption"), [(1, "a.jpg", "short"), (10, "long.jpg", "x" * 300)], right=(0,))
    header, first, second = capsys.readouterr().out.splitlines()
    assert header == " n  file      caption"
    assert first == " 1  a.jpg     short"
    assert second == "10  long.jpg  " + "x" * 300


def test_print_table__cuts_at_the_end_of_a_terminal_line(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "40")
    tables.print_table(("id", "caption"), [(7, "一隻狗在海灘上奔跑" * 5), (8, "y" * 90)])
    for line in screen.getvalue().splitlines():
        assert text_table.cells_of(line) <= 40
    assert screen.getvalue().count("…") == 2


def test_print_table__numbers_on_the_right_also_in_the_last_column(capsys: pytest.CaptureFixture[str]) -> None:
    tables.print_table(("a", "rank"), [("x", "1"), ("y", "1,234")], right=(1,))
    assert capsys.readouterr().out.splitlines() == ["a   rank", "x      1", "y  1,234"]


def test_plain__hostile_text_cannot_steer_a_terminal() -> None:
    assert tables.plain("a\x1b[2Jb\rc\nd\x07é") == "a [2Jb c d é"


def test_print_json__one_object_in_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    tables.print_json({"query": "é \udcff", "hits": []})
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"query": "é \udcff", "hits": []}


def run_a_job() -> None:
    with progress_bar.shown() as report:
        report(progress.Progress("Loading", 0, 0, unit="files"))
        for done in range(0, 101):
            report(progress.Progress("Encoding", done, 100, skipped=done // 50))


def test_shown__a_log_file_gets_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    run_a_job()
    heard = capsys.readouterr()
    assert heard.out == ""
    lines = heard.err.splitlines()
    assert lines[0] == "Loading …"
    assert lines[1] == "Encoding: 0 of 100 pictures"
    assert lines[2].startswith("Encoding: 100 of 100 pictures, ")
    assert lines[2].endswith("a second, 2 skipped")
    assert len(lines) == 3


def test_shown__a_terminal_gets_a_bar_with_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    run_a_job()
    drawn = screen.getvalue()
    assert "Encoding: 100%" in drawn
    assert "2 skipped" in drawn
    assert drawn.endswith("\n")


def test_line__says_rate_and_remaining_time() -> None:
    at = progress.Progress("Encoding", 30, 90, 2)
    assert progress_bar._line(at, 10.0, 20) == "Encoding: 30 of 90 pictures, 2.0 a second, 30 s to go, 2 skipped"
