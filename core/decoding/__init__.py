"""Many pictures to memory, in parallel, in processes of their own."""

from core.decoding.pool import DEFAULT_OPENER, decode_all, default_workers

__all__ = ["DEFAULT_OPENER", "decode_all", "default_workers"]
