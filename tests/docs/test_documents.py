"""What the documents tell people to type works: Python blocks and commands run, in order, on the bundled collection."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from core import cli, config
from tests.docs import blocks

RUN = ("quick_start.md", "cookbook.md", "caltech101.md")
ALL = sorted(path.relative_to(blocks.DOCS).as_posix() for path in blocks.DOCS.rglob("*.md"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    blocks.copy_project(tmp_path)
    blocks.write_class_folders(tmp_path / "101_ObjectCategories")
    monkeypatch.chdir(tmp_path)
    for name in ("COCO_LENS_DB", "COCO_LENS_COLLECTION", "COCO_LENS_DEVICE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COCO_LENS_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.parametrize("document", RUN)
def test_document__every_block_runs(document: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(config.project_root().glob("clip_db/*"))
    names: dict[str, Any] = {"__name__": "document"}
    for block in blocks.blocks(document):
        if block.language == "python":
            exec(compile("\n" * (block.line - 1) + block.text, block.place, "exec"), names)
        elif block.language == "sh" and not block.note:
            for words in block.commands:
                assert words[:3] == ["python", "-m", "core"], f"{block.place}: {words}"
                code = cli.main(words[3:])
                heard = capsys.readouterr()
                assert code == 0, f"{block.place}: {words} says {heard.err}"
                assert heard.out.strip(), f"{block.place}: {words} prints nothing"
    assert sorted(config.project_root().glob("clip_db/*")) == before


@pytest.mark.parametrize("document", ALL)
def test_document__every_command_can_be_read(document: str) -> None:
    for block in blocks.blocks(document):
        if block.language not in ("sh", "") or not block.text.lstrip().startswith("python -m core "):
            continue
        for words in block.commands:
            if words[:3] != ["python", "-m", "core"] or "NAME" in words:
                continue
            try:
                cli._parsed(words[3:])
            except SystemExit:
                pytest.fail(f"{block.place}: {words} is refused")


def test_features__every_command_can_be_read() -> None:
    text = (blocks.DOCS / "features.md").read_text(encoding="utf-8")
    commands = re.findall(r"`python -m core ([^`]+)`", text)
    assert len(commands) > 10
    for command in commands:
        try:
            cli._parsed(shlex.split(command))
        except SystemExit:
            pytest.fail(f"docs/features.md: python -m core {command} is refused")


def test_documents__make_targets_are_there() -> None:
    makefile = (config.project_root() / "Makefile").read_text(encoding="utf-8")
    for document in ALL:
        for block in blocks.blocks(document):
            for words in block.commands if block.language == "sh" else []:
                if words[0] == "make":
                    assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), f"{block.place}: {words}"


@pytest.mark.parametrize("document", ALL)
def test_document__links_lead_somewhere(document: str) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", (blocks.DOCS / document).read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (blocks.DOCS / document).parent / path if path else blocks.DOCS / document
        assert there.exists(), f"docs/{document}: {target} is not there"
        if anchor:
            assert anchor in _anchors(there), f"docs/{document}: {target} leads to no heading"


def _anchors(document: Path) -> set[str]:
    """As forges make them of headings: small letters, without signs, blanks as hyphens; the ids of HTML anchors."""
    text = document.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings)
    return {*plain, *re.findall(r'<a id="([^"]+)">', text)}
