"""The code blocks of a document, and what it takes to run them."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from core import config, open_collection

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
    root = config.project_root()
    shutil.copytree(root / "clip_db" / "demo", folder / "clip_db" / "demo")
    (folder / "sample_images").symlink_to(root / "sample_images", target_is_directory=True)


def write_class_folders(folder: Path) -> None:
    """Ten pictures of each of a few classes, of the drawn ones with one category: what stands in for Caltech-101."""
    demo = open_collection("demo", config.project_root() / "clip_db")
    # Two classes with the names of Caltech's, so that the filters of the document have something to find.
    for name, category in (("grand_piano", "boat"), ("accordion", "dog"), ("flamingo", "bird"), ("rocket", "rocket")):
        alone = [record for record in demo.browse(f"category:{category}").records if record.categories == (category,)]
        (folder / name).mkdir(parents=True)
        for record in alone[:10]:
            shutil.copy(demo.store.picture_path(record), folder / name)
