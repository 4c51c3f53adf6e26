"""Collections of the older two-folder layout, which does not say what model it was built with, made into stores."""

from core.older_layout.importing import Imported, import_older

__all__ = ["Imported", "import_older"]
