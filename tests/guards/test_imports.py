"""Who may import whom, as setup.cfg says it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def contracts(root: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [command, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )


def test_the_import_contracts_hold() -> None:
    checked = contracts(ROOT)
    assert checked.returncode == 0, checked.stdout


def test_a_host_that_knows_a_module_is_reported(tmp_path: Path) -> None:
    for package in ("core", "modules", "connectors"):
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=lambda _, names: [name for name in names if name in {"static", "__pycache__"}],
        )
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    with (tmp_path / "core/clock.py").open("a", encoding="utf-8") as file:
        file.write("import connectors.fake\n")
    broken = contracts(tmp_path)
    assert broken.returncode == 1
    assert "core.clock -> connectors.fake" in broken.stdout
