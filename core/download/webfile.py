"""What is to be fetched: an address, and what must come from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file of the web. `size` in bytes and `sha256` (hex) are known beforehand: they decide whether what came is
    the file, whoever served it and over whatever connection."""

    address: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.address.rpartition("/")[2]
