"""Every error Coco Lens raises on purpose.

CocoLensError                what the user can act on; its text names what, where and the fix
├── ConfigurationError       a setting, an environment value or a missing system part
├── SourceError              a captions or instances file, a picture folder or a label folder is unusable
│   └── UnsafePathError      a file name that would leave the picture folder
├── PictureError             one picture cannot be read: the reason is fit for a skip list
│   └── PictureTooLargeError a picture over the limits on bytes or pixels
├── EncoderError             a model or its weights cannot be loaded or used
│   ├── UnknownModelError    no such model or tag; the text lists near names
│   └── NoTextSideError      this encoder encodes pictures only
├── StoreError               a store on disk is unusable
│   ├── StoreNotFoundError   no collection of that name; the text lists those there are
│   ├── StoreCorruptError    a file is missing, cut short or altered
│   ├── StoreMisfitError     the store was built with another encoder, format or metric
│   ├── StoreBusyError       another process is writing this collection
│   └── StoreWriteError      the store could not be written (disk full, no permission); the old one is untouched
├── QueryError               a query that cannot be asked of this collection
│   └── QuerySyntaxError     a typed query that cannot be read; it points at the place
├── DownloadError            a file from the web could not be brought whole; what came of it is kept
├── TrainingError            a training run cannot start or go on
└── Cancelled                the user stopped a long job; what was done so far is kept
"""


class CocoLensError(Exception):
    """Base of every error that a user can act on. Its text is shown as it is, without a traceback."""


class ConfigurationError(CocoLensError):
    """A setting, an environment value or a missing system part."""


class SourceError(CocoLensError):
    """A captions or instances file, a picture folder or a label folder is unusable."""


class UnsafePathError(SourceError):
    """A file name that would leave the picture folder."""


class PictureError(CocoLensError):
    """One picture cannot be read. The text is one short reason, fit for a skip list."""


class PictureTooLargeError(PictureError):
    """A picture over the limits on bytes or pixels."""


class EncoderError(CocoLensError):
    """A model or its weights cannot be loaded or used."""


class UnknownModelError(EncoderError):
    """No such model or pretrained tag. The text lists near names."""


class NoTextSideError(EncoderError):
    """This encoder encodes pictures only."""


class StoreError(CocoLensError):
    """A store on disk is unusable."""


class StoreNotFoundError(StoreError):
    """No collection of that name. The text lists those there are."""


class StoreCorruptError(StoreError):
    """A file of the store is missing, cut short or altered."""


class StoreMisfitError(StoreError):
    """The store was built with another encoder, format version or metric."""


class StoreBusyError(StoreError):
    """Another process is writing this collection."""


class StoreWriteError(StoreError):
    """The store could not be written. The old one, if any, is untouched."""


class QueryError(CocoLensError):
    """A query that cannot be asked of this collection."""


class QuerySyntaxError(QueryError):
    """A typed query that cannot be read. `problem` is the text without the lines that point at the place, `position`
    counts characters of the typed query from 0."""

    def __init__(self, message: str, problem: str = "", position: int = 0) -> None:
        super().__init__(message)
        self.problem = problem or message
        self.position = position


class DownloadError(CocoLensError):
    """A file from the web could not be brought whole, or is not what it should be."""


class TrainingError(CocoLensError):
    """A training run cannot start or go on."""


class Cancelled(CocoLensError):  # noqa: N818 - an outcome the user chose, not a fault
    """The user stopped a long job. What was done so far is kept."""
