"""What a classifier's classes are called, so that its answers can be said in words.

A classifier knows many things that no photo at hand has as its label, and sees a little of them in photos of others.
Its answers over its classes' names teach a picture tower where such things belong among words.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import ConfigurationError


def read_names(path: Path, everyday: dict[str, str], classes: int) -> list[str]:
    """The name of each class: of the names in its line, apart by commas, the first, or the everyday word for it.

    Raises `ConfigurationError` for a file that cannot be read or has not `classes` lines.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"Class names {path} cannot be read: {error}.") from error
    if len(lines) != classes:
        raise ConfigurationError(
            f"Class names {path}: {len(lines)} lines, but the classifier has {classes} classes; one line names each."
        )
    first = [line.partition(",")[0].strip().lower() for line in lines]
    return [everyday.get(name, name) for name in first]
