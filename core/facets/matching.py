"""Which pictures a filter leaves."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from core.facets.caption_words import words_of
from core.facets.terms import NO_LICENSE, ORIENTATIONS, All, Field, Has, Named, Node, Not, Range, Value, Words
from core.facets.writing import write_value
from core.query.pointing import error_at

if TYPE_CHECKING:
    from core.facets.columns import Columns, Mask
    from core.facets.terms import Filter


def mask(columns: Columns, asked: Filter, node: Node | None = None) -> Mask:
    """The pictures for which a filter holds (or only its part `node`), bool `(len(columns),)`. Raises
    `QuerySyntaxError`, pointing at the place, for a category, licence or orientation that the collection does not
    have."""
    return _Matching(columns, asked.text).holds(asked.root if node is None else node)


class _Matching:
    def __init__(self, columns: Columns, text: str) -> None:
        self._columns = columns
        self._text = text

    def holds(self, node: Node) -> Mask:
        if isinstance(node, Has):
            return self._any_value(node)
        if isinstance(node, Words):
            return self._words(node)
        if isinstance(node, Not):
            return ~self.holds(node.part)
        if isinstance(node, All):
            found = np.ones(len(self._columns), np.bool_)
            for part in node.parts:
                found &= self.holds(part)
            return found
        found = np.zeros(len(self._columns), np.bool_)
        for part in node.parts:
            found |= self.holds(part)
        return found

    def _any_value(self, node: Has) -> Mask:
        if node.field is Field.ID and len(node.values) > 4:  # a selection: one look-up instead of one pass per id
            return self._ids(node.values)
        found = self._value(node.field, node.values[0])
        for value in node.values[1:]:
            found |= self._value(node.field, value)
        return found

    def _ids(self, values: tuple[Value, ...]) -> Mask:
        single = [value.low for value in values if isinstance(value, Range) and value.low == value.high]
        found: Mask = np.isin(self._columns.numbers[Field.ID], [number for number in single if number is not None])
        for value in values:
            if isinstance(value, Range) and value.low != value.high:
                found |= self._value(Field.ID, value)
        return found

    def _value(self, field: Field, value: Value) -> Mask:
        if isinstance(value, Range):
            numbers = self._columns.numbers[field]
            found: Mask = np.ones(len(numbers), np.bool_)
            if value.low is not None:
                found &= numbers >= value.low
            if value.high is not None:
                found &= numbers <= value.high
            return found
        name = value.name.strip()
        if field is Field.FILE:
            part = name.casefold()
            return np.fromiter((part in file_name for file_name in self._columns.file_names), np.bool_)
        if field is Field.ORIENTATION:
            if name.casefold() not in ORIENTATIONS:
                self._fail(f"there is no orientation {name!r}; there are {', '.join(ORIENTATIONS)}", value.at)
            turned: Mask = self._columns.orientation == ORIENTATIONS.index(name.casefold())
            return turned
        column = self._columns.several[field]
        if field is Field.LICENSE and name.isascii() and name.isdigit() and not column.find(name):
            name = self._columns.license_ids.get(int(name), name)
        at = column.find(name)
        if not at and field is not Field.WORD and not (field is Field.LICENSE and name.casefold() == NO_LICENSE):
            self._fail(self._unknown(field, name), value.at)
        return column.mask(at)

    def _words(self, node: Words) -> Mask:
        words = words_of(node.text)
        column = self._columns.several[Field.WORD]
        if not words:
            return np.zeros(len(self._columns), np.bool_)
        if len(words) == 1 and not node.phrase:
            return column.mask(column.beginning(words[0]))
        wanted = [column.find(word) for word in words[:-1]]
        last = column.find(words[-1]) if node.phrase else column.beginning(words[-1])
        return self._columns.spoken.in_a_row([*wanted, last])

    def _unknown(self, field: Field, name: str) -> str:
        column = self._columns.several[field]
        if not column.names:
            return f"no picture of this collection has a {field}"
        near = difflib.get_close_matches(name.casefold(), column.keys, n=3, cutoff=0.5)
        near += [key for key in column.keys if key.startswith(name.casefold()) and key not in near][:3]
        shown = [write_value(Named(column.names[column.find(key).start])) for key in near]
        if shown:
            return f"there is no {field} {name!r} here; near ones: {', '.join(shown)}"
        some = ", ".join(write_value(Named(one)) for one in column.names[:8])
        return f"there is no {field} {name!r} here; there are {some}{'…' if len(column.names) > 8 else ''}"

    def _fail(self, problem: str, place: int) -> NoReturn:
        raise error_at(problem, self._text, place)
