"""Both ways: where torchvision's compiled part is missing, and where it loads by itself."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def python(code: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    prelude = f"import sys; sys.path[:0] = {[str(path) for path in (*paths, ROOT)]!r}\n"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", prelude + code], capture_output=True, text=True, timeout=120, check=False
    )


def fake_torchvision(folder: Path, body: str) -> Path:
    (folder / "torchvision").mkdir(parents=True)
    (folder / "torchvision" / "__init__.py").write_text(body, encoding="utf-8")
    return folder


def test_apply__makes_open_clip_importable() -> None:
    done = python(
        "from core.encoder import torchvision_fix\n"
        "first = torchvision_fix.apply(); assert torchvision_fix.apply() == first\n"
        "import open_clip, torchvision.transforms\n"
        "print('ready')"
    )
    assert done.stdout.strip() == "ready", done.stderr


def test_apply__does_nothing_where_torchvision_loads_by_itself(tmp_path: Path) -> None:
    path = fake_torchvision(tmp_path, "loaded = True\n")
    done = python(
        "from core.encoder import torchvision_fix\n"
        "assert torchvision_fix.apply() is False\n"
        "import torchvision; assert torchvision.loaded\n"
        "print('torch' in sys.modules, torchvision_fix._declared)",
        path,
    )
    assert done.stdout.strip() == "False []", done.stderr


def test_apply__declares_what_is_missing(tmp_path: Path) -> None:
    path = fake_torchvision(
        tmp_path,
        "import torch\nfor name in ('nms', 'qnms'):\n"
        "    if not hasattr(torch.ops.torchvision, name):\n"
        "        raise RuntimeError(f'operator torchvision::{name} does not exist')\n",
    )
    done = python("from core.encoder import torchvision_fix\nprint(torchvision_fix.apply())", path)
    assert done.stdout.strip() == "True", done.stderr


@pytest.mark.parametrize(
    ("body", "seen"), [("raise RuntimeError('other trouble')", "other trouble"), ("import not_there", "not_there")]
)
def test_apply__passes_other_failures_on(tmp_path: Path, body: str, seen: str) -> None:
    done = python("from core.encoder import torchvision_fix\ntorchvision_fix.apply()", fake_torchvision(tmp_path, body))
    assert done.returncode == 1
    assert seen in done.stderr
