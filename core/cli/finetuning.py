"""`python -m core train --finetune`: its options, the run, and what came of it."""

from __future__ import annotations

import argparse
import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli import options, progress_bar, sources, tables
from core.errors import ConfigurationError

if TYPE_CHECKING:
    from core.training.finetuning.fitting import Tuned
    from core.training.finetuning.plan import Plan

_ABOUT = """\
Teach a pretrained open_clip model your captions. The start is judged on the pictures that are held out, the
best epoch is kept, and the run stops when none was better for a while. Usual epochs, batch and rate:
projection 60, 256, 0.001; text 20, 128, 0.00003; image and all 12, 64, 0.00003; in models of more than
30 million parameters 0.00001 for all but projections."""
_FEW = 50
_TUNES = ("projection", "text", "image", "all")


def add(parser: argparse.ArgumentParser) -> None:
    """--finetune and all that belongs to it."""
    group = parser.add_argument_group("fine-tuning", _ABOUT)
    group.add_argument(
        "--finetune", metavar="MODEL", help="bundled, an open_clip architecture, hf-hub:NAME, or a checkpoint folder"
    )
    group.add_argument(
        "--pretrained", metavar="TAG_OR_PATH", help="weights of an architecture: a tag, a file or a folder"
    )
    group.add_argument(
        "--tune",
        choices=_TUNES,
        help="what learns: the last linear layer of each tower (projection, default: takes seconds), the text tower "
        "(text), the picture tower (image), or all",
    )
    group.add_argument(
        "--patience", type=int, metavar="N", help="stop after N epochs that were no better (default 4; projection 10)"
    )
    group.add_argument(
        "--hold-out", type=float, metavar="SHARE", help="of the pictures, never trained on (default 0.15, at most 500)"
    )
    group.add_argument("--seed", type=int, help="of what is held out and of all that is drawn (default 0)")
    group.add_argument("--device", help="auto (default), cpu, cuda or mps")
    sources.add_reading(group)


def rate(word: str) -> float | str:
    """The value of --rate: a number, or `auto`."""
    if word == "auto":
        return word
    try:
        value = float(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{word!r} is neither a number nor auto") from error
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"{word} is not above 0")
    return value


def refuse_without(arguments: argparse.Namespace) -> None:
    """Raises `ConfigurationError` for an option that means nothing without --finetune."""
    given = {
        "--pretrained": arguments.pretrained,
        "--tune": arguments.tune,
        "--patience": arguments.patience,
        "--hold-out": arguments.hold_out,
        "--seed": arguments.seed,
        "--device": arguments.device,
        "--rate auto": arguments.rate == "auto" or None,
        "--kind": None if arguments.kind == "auto" else arguments.kind,
        "--split": arguments.split or None,
        "--path-column": arguments.path_column or None,
        "--caption-column": arguments.caption_column or None,
    }
    for name, value in given.items():
        if value is not None:
            raise ConfigurationError(f"{name} is for fine-tuning: name the model to start from with --finetune MODEL.")
    from core.training.finetuning import course

    if (arguments.out / course.COURSE).exists():
        raise ConfigurationError(f"{arguments.out} holds a fine-tuning run; choose an empty folder.")


def run(arguments: argparse.Namespace) -> int:
    """Fine-tunes, and says what came of it."""
    from core.training.finetuning import fitting

    plan = _plan(arguments)
    with progress_bar.shown() as report:
        tuned = fitting.tune(plan, arguments.out, report, device=arguments.device or "auto")
    _print_course(plan, tuned)
    _print_outcome(plan, tuned, arguments.out)
    return 0


def _plan(arguments: argparse.Namespace) -> Plan:
    from core.training.finetuning import plan

    for name, value in (("--recipe", arguments.recipe), ("--start", arguments.start), ("--cache", arguments.cache)):
        if value is not None:
            raise ConfigurationError(f"{name} has no place beside --finetune.")
    if arguments.from_phase != 1:
        raise ConfigurationError("--from-phase has no place beside --finetune.")
    if arguments.images is None:
        raise ConfigurationError("Nothing to train on: give --images DIR, and --captions FILE where there is one.")
    tune = arguments.tune or _TUNES[0]
    usual = plan.USUAL[tune]
    return plan.Plan(
        model=options.lasting(arguments.finetune),
        pretrained=options.lasting(arguments.pretrained),
        images=arguments.images.expanduser().resolve(),
        captions=arguments.captions.expanduser().resolve() if arguments.captions else None,
        tune=tune,
        epochs=usual.epochs if arguments.epochs is None else arguments.epochs,
        batch=usual.batch if arguments.batch is None else arguments.batch,
        rate=arguments.rate or plan.USUAL_RATE,
        patience=usual.patience if arguments.patience is None else arguments.patience,
        hold_out=0.15 if arguments.hold_out is None else arguments.hold_out,
        seed=arguments.seed or 0,
        reading=sources.reading(arguments),
    )


def _print_course(plan: Plan, tuned: Tuned) -> None:
    from core.training.finetuning.plan import AUTO, LEARNS, USUAL_RATE

    examples, course = tuned.examples, tuned.course
    print(f"{plan.tune}: {LEARNS[plan.tune]}")
    share = tuned.learning / tuned.parameters
    print(f"{tuned.learning:,} of {tuned.parameters:,} parameters learn ({share:.1%})")
    captions = len(examples.captions(examples.trained))
    print(
        f"{len(examples.trained):,} pictures with {captions:,} captions to learn from, "
        f"{len(examples.held_out):,} pictures held out"
    )
    if len(examples.held_out) < _FEW:
        print(f"note: with only {len(examples.held_out)} pictures to judge by, a few points more or less are chance")
    if examples.skipped:
        first = examples.skipped[0]
        names = f"{tables.plain(first.file_name)}: {tables.plain(first.reason)}"
        print(f"note: {len(examples.skipped):,} left out ({names})")
    how = {AUTO: "the usual one: in the range test no rate made the loss fall", USUAL_RATE: "the usual one"}.get(
        str(plan.rate), "as given"
    )
    if course.found:
        how = "found by the range test"
    print(f"learning rate {course.rate:g}, {how}\n")
    rows = []
    for entry in course.history:
        ten = entry["recall@10"]
        mark = "best" if entry["epoch"] == course.best_epoch else ""
        rows.append(
            (
                entry["epoch"] or "start",
                f"{entry['loss']:.3f}" if "loss" in entry else "",
                f"{entry['held_out_loss']:.3f}",
                *(f"{ten[name]:.1f}" for name in ten),
                f"{entry['mean_recall']:.2f}",
                mark,
            )
        )
    heads = ("epoch", "loss", "held-out loss", *(f"R@10 {name}" for name in course.history[0]["recall@10"]))
    tables.print_table((*heads, "mean recall", ""), rows, right=tuple(range(6)))


def _print_outcome(plan: Plan, tuned: Tuned, out: Path) -> None:
    from core.training.finetuning.fitting import HELD_OUT

    course = tuned.course
    before = course.history[0]["mean_recall"]
    if course.stopped:
        print(f"\nStopped after epoch {course.epochs}: the last {course.idle} were no better than the best.")
    if tuned.best is None:
        print(
            f"\nNo epoch was better than the start (mean recall {before:.2f} on held-out pictures), so nothing was "
            f"kept: there is no {out / 'best'}. Use the model as it was, or try a lower --rate, another --tune, or "
            "more pictures."
        )
        return
    print(
        f"\nBest: epoch {course.best_epoch}, mean recall {course.best:.2f} on held-out pictures, {before:.2f} at the "
        f"start ({course.best - before:+.2f}): {tuned.best}"
    )
    named = plan.model if plan.pretrained is None else str(tuned.start)
    held_out = f"--images {_quoted(plan.images)} --captions {_quoted(out / HELD_OUT)}"
    print(
        "\nBefore and after on the held-out pictures, also on the page Evaluate:\n"
        f"  python -m core build before {held_out} --model {shlex.quote(named)}\n"
        f"  python -m core build after {held_out} --model {_quoted(tuned.best)}\n"
        "  python -m core evaluate before --only captions\n"
        "  python -m core evaluate after --only captions\n"
        "Between the two, which is often better than either on other pictures:\n"
        f"  python -m core average {_quoted(tuned.start)} {_quoted(tuned.best)} {_quoted(out / 'mean')} --share 0.5"
    )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
