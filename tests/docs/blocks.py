"""The code blocks of a document, and what it takes to run them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from core import config

DOCS = config.project_root() / "docs"
_BLOCK = re.compile(r"^```(\w*)[ ]*([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """`language` and `note` are the words behind the fence: "sh example" is a command that needs material of the
    reader's, "sh server" one that does not end. `line` is that of the first line of `text`."""

    document: str
    line: int
    language: str
    note: str
    text: str

    @property
    def place(self) -> str:
        return f"docs/{self.document}:{self.line}"

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command, continued lines joined, comments left out."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [words for line in lines if (words := shlex.split(line, comments=True))]


def blocks(document: str) -> list[Block]:
    """All blocks of `docs/<document>`, in order."""
    text = (DOCS / document).read_text(encoding="utf-8")
    return [
        Block(document, text.count("\n", 0, found.start()) + 2, found[1], found[2], found[3])
        for found in _BLOCK.finditer(text)
    ]


def copy_project(folder: Path) -> None:
    """The bundled collection and its pictures as they lie in a checkout, so that what is run writes elsewhere."""
    import shutil

    root = config.project_root()
    shutil.copytree(root / "clip_db" / "demo", folder / "clip_db" / "demo")
    (folder / "sample_images").symlink_to(root / "sample_images", target_is_directory=True)
