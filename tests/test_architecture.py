"""The three rules of the design: imports point down, heavy libraries stay where they belong, pages only draw."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "core"

# A module may import from rows above its own, never from its own row or below. See docs/architecture.md.
RANKS = (
    ("errors", "records", "progress", "threads", "spreadsheet", "text_table", "whole_file"),
    ("config", "images", "roots", "remote", "encoder", "index", "keywords", "query", "scenes", "show", "export"),
    ("dataset", "decoding", "approximate", "relevance", "download"),
    ("embedding",),
    ("store",),
    ("search", "explain", "facets"),
    ("audit", "browsing", "lift", "evaluation", "query_vectors"),
    ("collection", "build", "training", "older_layout", "projection"),
    ("cli", "ui", "notebook"),
)
RANK = {name: rank for rank, names in enumerate(RANKS) for name in names}

# Library: the only parts of core that may import it, even inside a function.
HOMES = {
    "torch": {"encoder", "training"},
    "torchvision": {"encoder"},
    "open_clip": {"encoder", "training"},
    "timm": {"encoder", "training"},
    "safetensors": {"encoder", "training"},
    "ai_edge_litert": {"training"},
    "faiss": {"index", "approximate"},
    "lark": {"query", "facets"},
    "pycocotools": {"dataset"},
    "pyarrow": {"dataset", "projection"},
    "datasets": {"dataset"},
    "PIL": {"images", "decoding", "embedding", "scenes", "encoder", "training", "show", "explain", "audit"},
    "requests": {"download"},
    "sklearn": {"evaluation", "projection", "training"},
    "openTSNE": {"projection"},
    "matplotlib": {"show", "training"},
    "tqdm": {"cli"},
    "IPython": {"notebook"},
    "streamlit": {"ui"},
    "altair": {"ui"},
    "pandas": {"ui"},
}

PAGES = [*sorted((ROOT / "pages").glob("*.py")), *ROOT.glob("Home.py")]
SOURCES = sorted(CORE.rglob("*.py"))
NEVER_ON_PAGES = {"numpy", "faiss", "torch", "json", "open_clip", "PIL", "pickle", "csv", "sklearn", "pandas", "altair"}


def part(path: Path) -> str:
    """The part of core that a file belongs to: "store" for core/store.py and for core/store/writing.py."""
    return path.relative_to(CORE).parts[0].removesuffix(".py")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def statements(tree: ast.AST, *, typing: bool = False) -> Iterator[ast.AST]:
    """Every node; what stands under `if TYPE_CHECKING:` only on request, for it is never carried out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not typing:
            continue
        yield node
        yield from statements(node, typing=typing)


def imports(path: Path) -> set[str]:
    """Dotted names that a file imports, `from core import store` giving "core.store"."""
    names: set[str] = set()
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{shown(path)}: relative import"
            names.update(f"core.{alias.name}" for alias in node.names) if node.module == "core" else names.add(
                node.module
            )
    return names


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_core__imports_point_down(path: Path) -> None:
    own = part(path)
    if own in ("__init__", "__main__"):  # the two doors from outside, which fetch at use
        return
    assert own in RANK, f"core/{own} has no row in RANKS; give it one"
    for name in imports(path):
        if name.startswith("core."):
            other = name.split(".")[1]
            assert other == own or RANK[other] < RANK[own], f"{shown(path)} imports {name}, which is not below it"


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_core__heavy_libraries_stay_at_home(path: Path) -> None:
    for name in imports(path):
        library = name.partition(".")[0]
        assert part(path) in HOMES.get(library, {part(path)}), f"{shown(path)} imports {name}"


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_core__neither_prints_nor_exits_below_the_command_line(path: Path) -> None:
    if part(path) not in ("cli", "notebook", "__main__"):
        spoken = [f"line {line}: {name}" for line, name in calls(path) if name in ("print", "sys.exit", "exit", "quit")]
        assert not spoken, f"{shown(path)}: {spoken}"


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_core__environment_is_read_in_one_place(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    reads = [node for node in statements(tree) if isinstance(node, ast.expr) and ast.unparse(node) == "os.environ"]
    # Besides the two readers, decoding hands the environment on to its child processes.
    assert not reads or part(path) in ("config", "threads", "decoding"), f"{shown(path)} touches os.environ"
    assert "os.getenv" not in {name for _, name in calls(path)}


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_core__every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{shown(path)} has no docstring"
    assert path.stem not in ("utils", "util", "helpers", "helper", "common", "misc")


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_pages__only_draw(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {name.partition(".")[0] for name in imports(path)} & NEVER_ON_PAGES
    assert not found, f"{shown(path)} imports {found}"
    for node in statements(tree, typing=True):
        assert not isinstance(node, (ast.Try, ast.TryStar)), f"{shown(path)} line {node.lineno}: try belongs in core.ui"
    for line, name in calls(path):
        last = name.rpartition(".")[2]
        assert last not in ("open", "sorted", "sort", "cache_data", "cache_resource"), (
            f"{shown(path)} line {line}: {name}"
        )
    assert ast.get_docstring(tree), f"{shown(path)} has no docstring"


def test_pages__are_screens_and_nothing_else() -> None:
    for path in (ROOT / "pages").iterdir():
        if path.name not in ("__pycache__", ".gitkeep"):
            assert path.suffix == ".py", f"{path.name} is no screen"
            assert path.name[0].isdigit(), f"{path.name} is no numbered screen"


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import core", ("numpy", "torch", "faiss", "PIL", "streamlit", "open_clip")),
        ("import core.store", ("torch", "open_clip", "streamlit", "sklearn")),
        ("import core.collection", ("torch", "open_clip", "streamlit", "sklearn", "matplotlib", "lark")),
        ("import core.query", ("numpy", "PIL", "lark")),
        ("import core.encoder", ("torch", "open_clip")),
        ("import core.cli", ("numpy", "torch", "faiss", "streamlit", "open_clip", "tqdm")),
    ],
)
def test_imports__stay_light(statement: str, absent: tuple[str, ...]) -> None:
    code = f"import sys; {statement}; print(*sorted(set({absent!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_core__names_are_fetched_at_use() -> None:
    import core

    assert set(core.__all__) <= set(dir(core))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        core.nothing  # noqa: B018
    for name in core.__all__:
        assert getattr(core, name).__name__ == name
