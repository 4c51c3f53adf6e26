"""Thread limits, set before numpy, torch and faiss load: each library reads its variable once, at its own import.

Without limits every library starts one thread per core and keeps it spinning while it waits, so that two processes on
one machine slow each other many times over.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["dashboard", "build"]

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
DASHBOARD_THREADS = 1
"""One query is one short text or one picture, made of many small steps: a second thread costs more in meeting up than
it saves (on two cores 40 ms a picture instead of 13 to 19, and 125 instead of 159 queries a second from four sessions;
`benchmarks/encode.py` and `benchmarks/thread_limits.py`). Large models gain a little: a picture through ViT-B-32 takes
136 ms with two threads and 166 with one."""

_set_here: dict[str, str] = {}  # what apply() itself wrote; anything else in the environment is the user's


@dataclass(frozen=True, slots=True)
class ThreadVariable:
    """One variable of the environment and whose value it is; "unset" leaves the library its own default."""

    name: str
    value: str
    chosen_by: Literal["user", "coco-lens", "unset"]


@dataclass(frozen=True, slots=True)
class ThreadLimits:
    """The limits in force. `threads` is the number that OpenMP (torch, faiss) works with."""

    threads: int
    cores: int
    variables: tuple[ThreadVariable, ...]

    def __iter__(self) -> Iterator[ThreadVariable]:
        return iter(self.variables)

    def as_dict(self) -> dict[str, str]:
        """Variable to value, for a table on screen; unset ones are left out."""
        return {variable.name: variable.value for variable in self.variables if variable.chosen_by != "unset"}


def usable_cores() -> int:
    """Cores this process may run on, at least 1; a container's or `taskset`'s mask counts where the system tells it."""
    if sys.platform == "linux":
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def default_threads(role: Role, cores: int) -> int:
    """Threads for a role: the dashboard answers short questions beside other programs, a build has the machine."""
    return DASHBOARD_THREADS if role == "dashboard" else cores


def apply(role: Role, env: MutableMapping[str, str] | None = None) -> ThreadLimits:
    """Set the thread variables that the user has not set, and return the limits in force.

    Call it first thing in an entry point. It may be called again: values set by an earlier call follow the new role,
    the user's stay. `OMP_NUM_THREADS` set by the user is taken for the other variables too, because their libraries
    would fall back on it by themselves. Libraries that are loaded already are limited through their own calls.
    """
    env = os.environ if env is None else env
    theirs = _openmp_threads(env) if _is_users("OMP_NUM_THREADS", env) else None
    wanted = dict.fromkeys(VARIABLES, str(theirs or default_threads(role, usable_cores())))
    # Waiting threads sleep instead of spinning, so that a build and a dashboard can run side by side.
    wanted["OMP_WAIT_POLICY"] = "PASSIVE"
    if sys.platform == "darwin":
        # torch and faiss bring an OpenMP library each; macOS aborts at the second unless told that this is meant.
        wanted["KMP_DUPLICATE_LIB_OK"] = "TRUE"
    for name, setting in wanted.items():
        if not env.get(name) or not _is_users(name, env):
            env[name] = _set_here[name] = setting
    limits = in_force(env)
    _limit_loaded_libraries(limits.threads)
    return limits


def in_force(env: MutableMapping[str, str] | None = None) -> ThreadLimits:
    """The variables as they stand now, for display."""
    env = os.environ if env is None else env
    names = [*VARIABLES, "OMP_WAIT_POLICY", *(["KMP_DUPLICATE_LIB_OK"] if sys.platform == "darwin" else [])]
    variables = tuple(
        ThreadVariable(
            name,
            env.get(name, ""),
            "unset" if not env.get(name) else "user" if _is_users(name, env) else "coco-lens",
        )
        for name in names
    )
    cores = usable_cores()
    return ThreadLimits(_openmp_threads(env) or cores, cores, variables)


def _openmp_threads(env: MutableMapping[str, str]) -> int | None:
    first = env.get("OMP_NUM_THREADS", "").split(",")[0].strip()  # OpenMP allows a list, one per nesting level
    return int(first) if first.isdecimal() and int(first) > 0 else None


def _is_users(name: str, env: MutableMapping[str, str]) -> bool:
    return bool(env.get(name)) and env.get(name) != _set_here.get(name)


def _limit_loaded_libraries(threads: int) -> None:
    """Libraries read the variables once, at import: what is loaded already has to be told."""
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "set_num_threads"):
        torch.set_num_threads(threads)
    if "numpy" in sys.modules or "faiss" in sys.modules:
        try:
            import threadpoolctl
        except ImportError:
            return
        threadpoolctl.threadpool_limits(threads)
