"""The long jobs that make and change a collection."""

from core.build.calibrating import calibrate_collection
from core.build.changing import add_to_collection, remove_from_collection
from core.build.making import build_collection
from core.build.report import BuildReport
from core.build.resuming import resume_build
from core.build.trying import Trial, try_build
from core.build.zipped import look_into_zip, try_zip, unpack_zip

__all__ = [
    "BuildReport",
    "Trial",
    "add_to_collection",
    "build_collection",
    "calibrate_collection",
    "look_into_zip",
    "remove_from_collection",
    "resume_build",
    "try_build",
    "try_zip",
    "unpack_zip",
]
