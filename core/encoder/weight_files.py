"""Files of weights, whichever library they are for: which one a folder means, and what to say when none will do."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from core import errors

# What the libraries read from a folder, and what they read when a file is named. Each is safetensors, or a pickle that
# is opened with weights_only.
_FOLDER_SUFFIXES = (".safetensors", ".bin", ".pth")
_FILE_SUFFIXES = (*_FOLDER_SUFFIXES, ".pt")


def in_folder(folder: Path, preferred: Sequence[str]) -> Path:
    """The weights file of a folder: the first of the `preferred` names, else the only file that could be one. Raises
    `EncoderError` where there is none or no telling which."""
    for name in preferred:
        if (folder / name).is_file():
            return folder / name
    found = sorted(path for path in folder.iterdir() if path.suffix in _FOLDER_SUFFIXES)
    if len(found) == 1:
        return found[0]
    if not found:
        raise errors.EncoderError(f"the folder {folder} holds no weights; expected {preferred[0]} or one like it")
    raise errors.EncoderError(
        f"the folder {folder} holds several weight files ({', '.join(path.name for path in found)}); "
        f"keep one, or rename the right one to {preferred[0]}"
    )


def read_json(path: Path) -> Any:
    """The configuration in a folder of weights. Raises `EncoderError` where it is missing or unreadable."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise errors.EncoderError(
            f"the model folder {path.parent} has no {path.name}, which is needed to know the architecture; give "
            "the architecture as the model and this folder as 'pretrained' if it holds weights only"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise errors.EncoderError(f"{path} cannot be read as JSON: {error}") from error


def check_suffix(file: Path) -> None:
    """Raise `EncoderError` unless the name of a file is that of weights."""
    if file.suffix not in _FILE_SUFFIXES:
        raise errors.EncoderError(
            f"{file} cannot be loaded as weights: expected a name ending in {', '.join(_FILE_SUFFIXES)}, "
            f"found {file.suffix or 'no ending'!r}"
        )


def refuse_pretrained(model: str, pretrained: str | None) -> None:
    """Raise `EncoderError` for a `pretrained` beside a model that has weights of its own."""
    if pretrained is not None:
        raise errors.EncoderError(
            f"the model {model!r} brings its own weights, so 'pretrained' ({pretrained!r}) has no place beside it; "
            "leave it out, or name an open_clip architecture such as ViT-B-32"
        )


def near(asked: str, known: Iterable[str]) -> str:
    """What to say after a name that is not among `known`: the nearest of them, or only a full stop."""
    lower = {name.lower(): name for name in known}
    found = [lower[name] for name in difflib.get_close_matches(asked.lower(), lower, n=4, cutoff=0.5)]
    return f"; did you mean {' or '.join(found)}?" if found else "."


def not_fetched(what: str, error: Exception) -> errors.EncoderError:
    """What to say when the weights of `what` could not be downloaded."""
    why = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return errors.EncoderError(
        f"the weights of {what} could not be fetched: {why}. "
        "Without a network, copy the weights file (.safetensors) here and give its path as 'pretrained' "
        "(on the command line: --pretrained PATH), or use the model 'bundled', which needs none."
    )


def unloadable(file: Path, model: str, error: Exception) -> errors.EncoderError:
    """What to say when a file turns out not to hold the weights of `model`."""
    lines = str(error).strip().splitlines()
    why = lines[0].rstrip(".") if lines else type(error).__name__
    return errors.EncoderError(
        f"{file} cannot be loaded as weights of {model}: {why}. "
        "Expected safetensors, or a plain PyTorch state dict of this very architecture."
    )
