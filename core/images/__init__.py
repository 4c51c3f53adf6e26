"""Path or bytes to one upright RGB picture within limits; safe picture paths; thumbnails."""

from core.images.hashing import HASH_TOLERANCE, difference_hash, differing_bits
from core.images.opening import FORMATS, MAX_BYTES, MAX_PIXELS, open_for_encoder, open_image
from core.images.paths import check_file_name, resolve_inside
from core.images.thumbnails import cached_thumbnail, data_uri, encode_jpeg, thumbnail

__all__ = [
    "FORMATS",
    "HASH_TOLERANCE",
    "MAX_BYTES",
    "MAX_PIXELS",
    "cached_thumbnail",
    "check_file_name",
    "data_uri",
    "difference_hash",
    "differing_bits",
    "encode_jpeg",
    "open_for_encoder",
    "open_image",
    "resolve_inside",
    "thumbnail",
]
