"""Which processor the encoder computes on."""

from __future__ import annotations

from core import errors

CHOICES = ("auto", "cpu", "cuda", "mps")


def choose(device: str = "auto") -> str:
    """ "auto" to the best there is ("cuda", then "mps", then "cpu"); a name to itself, checked to exist.

    A CUDA card may be numbered, as in "cuda:1". Raises `ConfigurationError` naming what this machine has.
    """
    import torch

    present = ["cpu"]
    if torch.cuda.is_available():
        present[:0] = ["cuda", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        present.insert(0, "mps")
    if device == "auto":
        return "cuda" if "cuda" in present else present[0]
    if device in present:
        return device
    known = device.partition(":")[0] in CHOICES
    fault = f"the device {device!r} is not present on this machine" if known else f"{device!r} is no device"
    raise errors.ConfigurationError(
        f"{fault}; this machine has: {', '.join(present)}. Choose one of these, or leave it on 'auto'."
    )
