"""Makes `import torchvision` (and so `import open_clip`) work where its compiled part cannot load.

The PyPI build of torchvision is linked against CUDA. Beside a CPU-only torch its compiled library does not load, so
the operators it would have registered are missing and the import stops at "operator torchvision::nms does not exist".
Only torchvision's Pillow transforms are needed here, and those are plain Python: declaring the missing operators,
without giving them a body, is enough.
"""

from __future__ import annotations

import importlib
import sys
import threading
from typing import Any

# The operators for which torchvision registers shapes at import time, with the signatures of its own C++ source.
_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)

# A declaration lives as long as its Library object: without this reference it would vanish after `apply`.
_declared: list[Any] = []
_lock = threading.Lock()


def apply() -> bool:
    """Import torchvision, declaring its missing operators when that is what stops it.

    Does nothing where torchvision loads by itself. Returns True when the declarations were needed. Any other failure
    of the import is passed on as it is.
    """
    with _lock:
        if _declared:
            return True
        try:
            importlib.import_module("torchvision")
        except RuntimeError as error:
            if "operator torchvision::" not in str(error):
                raise
        else:
            return False
        _declare_operators()
        _forget("torchvision")
        importlib.import_module("torchvision")
        return True


def _declare_operators() -> None:
    import torch

    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for signature in _OPERATORS:
        library.define(signature)
    _declared.append(library)


def _forget(package: str) -> None:
    """Drop the half-imported modules, so that the second import runs from the start."""
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
