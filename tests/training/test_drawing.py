"""Fresh scenes: every round has its own, and a round is the same whenever it is drawn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core import scenes
from core.training import drawing, material, recipe
from tests.scenes.told import needs_font

pytestmark = needs_font
SOURCE = recipe.Source("scenes", "scenes", side=64, count=6, first_seed=500, hold_out=3, fresh=True)
PLAN = recipe.Recipe(
    model=recipe.ModelShape(context_length=24),
    sources=(SOURCE,),
    phases=(recipe.Phase("contrast", 2, ("scenes",), batch=2),),
)


def test_seeds__rounds_meet_neither_each_other_nor_the_held_out() -> None:
    with drawing.Supply(SOURCE, PLAN) as supply:
        rounds = [set(supply.seeds(number)) for number in range(3)]
    held_out = set(range(500, 503))
    assert all(len(one) == 6 for one in rounds)
    assert len(held_out.union(*rounds)) == 3 + 3 * 6


def test_take__a_round_drawn_ahead_equals_one_drawn_on_demand() -> None:
    with drawing.Supply(SOURCE, PLAN) as supply:
        supply.ahead(1)
        ahead = supply.take(1)
    asked = material.from_scenes(SOURCE, PLAN, range(509, 515))
    assert np.array_equal(ahead.pixels, asked.pixels)
    assert bool((ahead.tokens == asked.tokens).all())
    assert len(ahead.trained) == 6
    assert not len(ahead.held_out)


def test_from_scenes__phrases_and_captions_are_apart() -> None:
    made = material.from_scenes(SOURCE, PLAN, range(509, 515))
    rows = np.concatenate([*made.texts_of, *made.phrases_of])
    assert sorted(rows) == list(range(len(made.tokens)))
    assert all(len(own) == 5 for own in made.texts_of)
    assert all(len(own) >= 2 for own in made.phrases_of)


def test_prepare__fresh_source_holds_the_validation_part_only(tmp_path) -> None:
    made = material.prepare(SOURCE, PLAN, tmp_path, lambda progress: None)
    assert len(made.pixels) == len(made.held_out) == 3
    assert not len(made.trained)


def test_supply__a_killed_run_leaves_no_process_behind() -> None:
    code = (
        "import os, signal\n"
        "from concurrent.futures import wait\n"
        "from tests.training import test_drawing as here\n"
        "from core.training import drawing\n"
        "if __name__ == '__main__':\n"
        "    supply = drawing.Supply(here.SOURCE, here.PLAN)\n"
        "    supply.ahead(0)\n"
        "    wait(supply._drawn.values())\n"
        "    print(*supply._pool._processes, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=root)
    child = int(run.stdout.split()[0])
    for _ in range(200):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail(f"process {child} still runs")


def test_draw__every_so_many_th_is_a_close_up_of_each_category_in_turn() -> None:
    _, told = material.draw(range(9, 18), 64, close_ups=3)
    _, whole = material.draw(range(9, 18), 64)
    names = [category.name for category in scenes.categories()]
    for seed, close, plain in zip(range(9, 18), told.shown, whole.shown, strict=True):
        assert close == ({names[seed // 3]} if seed % 3 == 0 else plain)
