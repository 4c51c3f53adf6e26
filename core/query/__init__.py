"""A query as signed, weighted terms, and its typed form: `2*dog + beach - img:139[0.1,0.2,0.5,0.5]`.

Nothing here knows a model or a collection. The typed form is what links, commands and snippets carry.
"""

from core.query.negation import suggestion
from core.query.pointing import error_at
from core.query.reading import parse
from core.query.snippets import as_command_line, as_python
from core.query.terms import (
    MAX_TERMS,
    MAX_WEIGHT,
    MIN_WEIGHT,
    Crop,
    File,
    Handed,
    Known,
    Query,
    Subject,
    Term,
    Text,
)
from core.query.writing import format_query, format_term

__all__ = [
    "MAX_TERMS",
    "MAX_WEIGHT",
    "MIN_WEIGHT",
    "Crop",
    "File",
    "Handed",
    "Known",
    "Query",
    "Subject",
    "Term",
    "Text",
    "as_command_line",
    "as_python",
    "error_at",
    "format_query",
    "format_term",
    "parse",
    "suggestion",
]
