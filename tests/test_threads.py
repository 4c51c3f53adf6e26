from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import threads

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No library of the test process is touched, and nothing is remembered from test to test."""
    monkeypatch.setattr(threads, "_limit_loaded_libraries", lambda count: None)
    monkeypatch.setattr(threads, "_set_here", {})
    monkeypatch.setattr(threads, "usable_cores", lambda: 8)
    return iter(())


def test_apply__sets_every_variable() -> None:
    env: dict[str, str] = {}
    limits = threads.apply("build", env)
    assert {env[name] for name in threads.VARIABLES} == {"8"}
    assert env["OMP_WAIT_POLICY"] == "PASSIVE"
    assert (limits.threads, limits.cores) == (8, 8)
    assert limits.as_dict()["OMP_NUM_THREADS"] == "8"
    assert {variable.chosen_by for variable in limits if variable.value} == {"coco-lens"}
    assert threads.apply("dashboard", {}).threads == threads.DASHBOARD_THREADS


def test_apply__leaves_what_the_user_set() -> None:
    env = {"MKL_NUM_THREADS": "3", "OMP_WAIT_POLICY": "ACTIVE", "NUMEXPR_NUM_THREADS": ""}
    limits = threads.apply("build", env)
    assert (env["MKL_NUM_THREADS"], env["OMP_WAIT_POLICY"], env["NUMEXPR_NUM_THREADS"]) == ("3", "ACTIVE", "8")
    assert {variable.name for variable in limits if variable.chosen_by == "user"} == {
        "MKL_NUM_THREADS",
        "OMP_WAIT_POLICY",
    }


def test_apply__takes_the_users_omp_number_for_the_others() -> None:
    env = {"OMP_NUM_THREADS": "2,1", "OPENBLAS_NUM_THREADS": "5"}
    limits = threads.apply("build", env)
    assert (env["OMP_NUM_THREADS"], env["OPENBLAS_NUM_THREADS"]) == ("2,1", "5")
    assert env["VECLIB_MAXIMUM_THREADS"] == "2"
    assert limits.threads == 2


def test_apply__twice_is_once_and_a_new_role_takes_over() -> None:
    env = {"MKL_NUM_THREADS": "3"}
    assert threads.apply("dashboard", env) == threads.apply("dashboard", env)
    assert threads.apply("build", env).threads == 8
    assert (env["OMP_NUM_THREADS"], env["MKL_NUM_THREADS"]) == ("8", "3")


def test_apply__macos_allows_two_openmp_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    env: dict[str, str] = {}
    monkeypatch.setattr(sys, "platform", "darwin")
    threads.apply("build", env)
    assert env["KMP_DUPLICATE_LIB_OK"] == "TRUE"
    monkeypatch.setattr(sys, "platform", "linux")
    env.clear()
    threads.apply("build", env)
    assert "KMP_DUPLICATE_LIB_OK" not in env


def test_in_force__says_what_is_unset() -> None:
    limits = threads.in_force({"OMP_NUM_THREADS": "nonsense"})
    assert limits.threads == 8
    assert limits.as_dict() == {"OMP_NUM_THREADS": "nonsense"}


@pytest.mark.parametrize("before", ["", "import numpy; "])
def test_apply__limits_libraries_loaded_before_and_after(before: str) -> None:
    code = (
        f"{before}from core import threads; threads.apply('build'); import numpy, threadpoolctl, json;"
        "print(json.dumps([pool['num_threads'] for pool in threadpoolctl.threadpool_info()]))"
    )
    env = {"OMP_NUM_THREADS": "1", "PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, timeout=60, check=True)
    assert set(json.loads(done.stdout)) == {1}
