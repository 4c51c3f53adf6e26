"""Write `docs/api/` from the docstrings of `core`: `make docs`, or `python docs/make_api.py`.

The sources are read, not imported (griffe), so that the pages are the same on every machine. What a page lists is the
public names of the modules below: those of `__all__` where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import griffe

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "api"

# Page: its title, what it is about, and what it lists: modules, and single names of modules.
PAGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "collections": (
        "Open, search, look through",
        "One call that searches and shows, an open collection with every question that can be asked of it, and what "
        "comes back.",
        (
            "core.notebook.display_results",
            "core.collection",
            "core.search.SearchResult",
            "core.search.SearchHit",
            "core.search.HitPart",
            "core.search.CaptionHit",
            "core.search.Fold",
            "core.search.Ranking",
            "core.relevance.Cut",
            "core.browsing",
            "core.lift",
        ),
    ),
    "queries": (
        "Queries and filters",
        "What can be asked for, typed or put together, and which pictures may be found.",
        ("core.query", "core.facets"),
    ),
    "building": (
        "Build and change collections",
        "Sources to records, records to collections, and what is done to them later.",
        ("core.build", "core.dataset", "core.download", "core.older_layout", "core.scenes"),
    ),
    "evaluation": (
        "Evaluate and compare",
        "How good answers are, and of which model.",
        ("core.evaluation", "core.evaluation.metrics"),
    ),
    "audit": ("Audit", "What looks wrong in a collection.", ("core.audit",)),
    "explain": ("Explain", "Where in a picture a term was found.", ("core.explain",)),
    "export": ("Export and show", "Results to take away.", ("core.export", "core.show", "core.spreadsheet")),
    "models": (
        "Models and training",
        "Pictures and texts to vectors, and how to train what does that.",
        ("core.encoder", "core.training.recipe", "core.training.loop.train", "core.training.loop.Start",
         "core.training.loop.Course", "core.training.averaging"),
    ),
    "vectors": (
        "Stores, vectors and maps",
        "What lies on disk, neighbours of vectors, and their projection to a map.",
        ("core.store", "core.index", "core.approximate", "core.projection"),
    ),
    "values": (
        "Records, settings, errors",
        "The values that travel between all parts.",
        ("core.records", "core.progress", "core.config", "core.errors"),
    ),
}  # fmt: skip

_TYPES = """`Path` is `pathlib.Path`, `Image` is Pillow's, and arrays are numpy's: `Vectors` float32 `(n, dim)` with
rows of length 1, `Rows` int64, `Mask` bool `(n,)`. Scores are cosines: 1 is the same direction, higher is better. Ranks
count from 1, rows from 0. Every error that a user can act on is a
[`CocoLensError`](values.md#coreerrorscocolenserror)."""
_DRAWN = re.compile("[├└│]")


@dataclass(frozen=True)
class Entry:
    """One documented name: `path` as it is imported, `what` it is in the end."""

    page: str
    path: str
    what: griffe.Object

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def link(self) -> str:
        anchor = re.sub(r"[^\w-]", "", self.path.lower())  # as forges make it of a heading
        return f"{self.page}.md#{anchor}"


def written() -> dict[str, str]:
    """The pages by file name."""
    loaded = griffe.load("core", search_paths=[ROOT], resolve_aliases=True)
    entries = [entry for page in PAGES for asked in PAGES[page][2] for entry in _entries(loaded, page, asked)]
    names: dict[str, list[Entry]] = {}
    for entry in entries:
        names.setdefault(entry.name, []).append(entry)
    pages = {f"{page}.md": _page(loaded, page, [one for one in entries if one.page == page], names) for page in PAGES}
    return {"README.md": _index(loaded, entries), **pages}


def _entries(loaded: griffe.Object, page: str, asked: str) -> Iterator[Entry]:
    found = loaded[asked.removeprefix("core.")]
    if not found.is_module:
        yield Entry(page, asked, _target(found))
        return
    for name in sorted(_public(found), key=lambda name: (name.isupper(), name.casefold())):
        yield Entry(page, f"{asked}.{name}", _target(found.members[name]))


def _public(module: griffe.Object) -> list[str]:
    """`__all__`, else what the module itself defines under a public name and says something about."""
    if module.exports is not None:
        return [str(name) for name in module.exports]
    return [
        name
        for name, one in module.members.items()
        if not name.startswith("_") and not one.is_alias and not one.is_module and one.docstring
    ]


def _target(found: griffe.Object | griffe.Alias) -> griffe.Object:
    return found.final_target if isinstance(found, griffe.Alias) else found


def _index(core: griffe.Object, entries: list[Entry]) -> str:
    doors = [entry for name in core.exports or [] for entry in entries if entry.name == str(name)]
    lines = [
        "# The Python interface",
        "",
        "Made from the docstrings by `make docs`; do not edit it by hand.",
        "",
        _TYPES,
        "",
        "What is most used is imported from `core` itself, as in `from core import open_collection`:",
        "",
        ", ".join(f"[`{one.name}`]({one.link})" for one in doors),
        "",
    ]
    for page, (title, about, _) in PAGES.items():
        lines += [f"## [{title}]({page}.md)", "", about, ""]
        lines += [f"- [`{one.path}`]({one.link}){_first_sentence(one)}" for one in entries if one.page == page]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _first_sentence(entry: Entry) -> str:
    text = " ".join(entry.what.docstring.value.split()) if entry.what.docstring else ""
    found = re.match(r".*?\.(?=\s|$)", text)
    return f": {(found[0] if found else text).rstrip('.')}" if text else ""


def _page(loaded: griffe.Object, page: str, entries: list[Entry], names: dict[str, list[Entry]]) -> str:
    title, about, asked = PAGES[page]
    lines = [f"# {title}", "", about, "", "[All pages](README.md)", ""]
    heads = {name: loaded[name.removeprefix("core.")] for name in asked}
    said = set()
    for entry in entries:
        module = entry.path.rpartition(".")[0]
        if module in heads and module not in said:
            said.add(module)
            lines += [f"## {module}", "", _prose(heads[module].docstring, page, names), ""]
        lines += _entry(entry, page, names)
    return "\n".join(lines).rstrip() + "\n"


def _entry(entry: Entry, page: str, names: dict[str, list[Entry]]) -> list[str]:
    source = entry.what.filepath.relative_to(ROOT).as_posix()
    lines = [f"### {entry.path}", "", *_code(_declared(entry.what, entry.name)), ""]
    lines += [_prose(entry.what.docstring, page, names), "", f"<sub>[{source}](../../{source})</sub>", ""]
    if isinstance(entry.what, griffe.Class):
        for name, one in entry.what.members.items():
            member = _target(one)
            if name.startswith("_") or not member.docstring or _is_field(member):
                continue
            lines += [f"#### {entry.name}.{name}", "", *_code(_declared(member, name)), ""]
            lines += [_prose(member.docstring, page, names), ""]
    return lines


def _code(text: str) -> list[str]:
    return ["```python", re.sub(r"'([^'\"\\]*)'", r'"\1"', text), "```"]  # quotes as in the sources


def _declared(what: griffe.Object, name: str) -> str:
    if isinstance(what, griffe.Function):
        return _signature(what, name)
    if isinstance(what, griffe.Class):
        bases = f"({', '.join(map(str, what.bases))})" if what.bases else ""
        fields = [_field(one) for one in map(_target, what.members.values()) if _is_field(one)]
        made = what.members.get("__init__")
        if isinstance(made, griffe.Function) and "dataclass" not in what.labels:
            fields = [_signature(made, "__init__").replace("\n", "\n    ")]
        return "\n".join([f"class {name}{bases}:", *(f"    {field}" for field in fields or ["..."])])
    return _field(what, name)


def _is_field(member: griffe.Object) -> bool:
    """A value that instances carry, or a member of an enumeration; no property."""
    is_value = isinstance(member, griffe.Attribute) and "property" not in member.labels
    return is_value and not member.name.startswith("_")


def _field(one: griffe.Object, name: str = "") -> str:
    annotation = f": {one.annotation}" if isinstance(one, griffe.Attribute) and one.annotation else ""
    value = str(one.value) if isinstance(one, griffe.Attribute) and one.value is not None else ""
    if isinstance(one, griffe.Attribute) and "property" in one.labels:
        return f"{name or one.name}{annotation}  # property"
    if value.startswith("field("):  # of a dataclass: its default is all that matters to a caller
        found = re.search(r"default=([^,()]+)", value)
        value = found[1] if found else "..."
    short = value if len(value) <= 60 and "\n" not in value else "..."
    return f"{name or one.name}{annotation}{f' = {short}' if value else ''}"


def _signature(made: griffe.Function, name: str) -> str:
    """As in the source; one parameter a line where it would not fit into one."""
    words: list[str] = []
    starred = False
    for one in made.parameters:
        if one.name in ("self", "cls"):
            continue
        kind = one.kind
        if kind is griffe.ParameterKind.keyword_only and not starred:
            words.append("*")
            starred = True
        stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(kind, "")
        starred = starred or stars == "*"
        annotation = f": {one.annotation}" if one.annotation else ""
        default = ""
        if one.default is not None and not stars:
            default = f" = {one.default}" if annotation else f"={one.default}"
        words.append(f"{stars}{one.name}{annotation}{default}")
    returns = f" -> {made.returns}" if made.returns else ""
    line = f"{name}({', '.join(words)}){returns}"
    if len(line) <= 100:
        return line
    return "\n".join([f"{name}(", *(f"    {word}," if word != "*" else "    *," for word in words), f"){returns}"])


def _prose(docstring: griffe.Docstring | None, page: str, names: dict[str, list[Entry]]) -> str:
    """A docstring as Markdown: names of other entries become links; drawings and code are kept as they are."""
    if docstring is None:
        return ""
    parts = []
    for paragraph in re.split(r"\n\s*\n", docstring.value.strip("\n")):
        if _DRAWN.search(paragraph):
            parts.append(f"```text\n{paragraph}\n```")
        elif paragraph.startswith("from core import"):
            parts.append(f"```python\n{paragraph}\n```")
        elif paragraph.startswith("    "):
            parts.append(paragraph)
        else:
            parts.append(re.sub(r"`([\w.]+)`", lambda found: _linked(found[1], page, names), paragraph))
    return "\n\n".join(parts)


def _linked(said: str, page: str, names: dict[str, list[Entry]]) -> str:
    """Names that stand for one thing only, or for one on this page, and are no common words."""
    meant = names.get(said.rpartition(".")[2], [])
    if "." in said:
        meant = [one for one in meant if one.path.endswith(said)]
    here = [one for one in meant if one.page == page]
    chosen = here if len(here) == 1 else meant
    if len(chosen) != 1 or not ("." in said or "_" in said or said[0].isupper()):
        return f"`{said}`"
    link = chosen[0].link
    return f"[`{said}`]({link.removeprefix(f'{page}.md') if chosen[0].page == page else link})"


def main() -> None:
    """Bring `docs/api/` up to date; pages that are no longer made are removed."""
    FOLDER.mkdir(exist_ok=True)
    pages = written()
    for file in FOLDER.glob("*.md"):
        if file.name not in pages:
            file.unlink()
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
