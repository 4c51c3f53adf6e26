"""The long jobs that make and change a collection."""

from core.build.calibrating import calibrate_collection
from core.build.changing import add_to_collection, remove_from_collection
from core.build.making import build_collection
from core.build.report import BuildReport

__all__ = ["BuildReport", "add_to_collection", "build_collection", "calibrate_collection", "remove_from_collection"]
