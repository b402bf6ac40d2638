"""The wheel brings all of Tandem and nothing else, built without reaching for anything."""

from __future__ import annotations

import shutil
import subprocess
import sys
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("connectors", "core", "migrations", "modules")
RUBBISH = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, since setuptools leaves folders behind where it builds."""
    source = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=RUBBISH)
    for name in ("setup.cfg", "pyproject.toml", "wsgi.py", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    return source


@pytest.fixture(scope="module")
def wheel(source: Path) -> ZipFile:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps"]
    built = subprocess.run(
        [*command, "--no-build-isolation", "--wheel-dir", str(source / "dist"), "."],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [path] = (source / "dist").glob("*.whl")
    return ZipFile(path)


def metadata(wheel: ZipFile, name: str) -> str:
    [path] = [path for path in wheel.namelist() if path.endswith(f".dist-info/{name}")]
    return wheel.read(path).decode()


def test_the_wheel_claims_exactly_our_import_names(wheel: ZipFile) -> None:
    assert metadata(wheel, "top_level.txt").split() == [
        *("connectors", "core", "migrations", "modules", "wsgi")
    ]


def test_the_wheel_holds_every_file_of_our_packages(source: Path, wheel: ZipFile) -> None:
    ours = {
        path.relative_to(source).as_posix()
        for package in PACKAGES
        for path in (source / package).rglob("*")
        if path.is_file()
    }
    packed = {path for path in wheel.namelist() if ".dist-info/" not in path}
    assert ours - packed == set()
    assert packed - ours == {"wsgi.py"}


def test_the_wheel_names_its_licence(wheel: ZipFile) -> None:
    about = message_from_string(metadata(wheel, "METADATA"))
    assert about["License-Expression"] == "Apache-2.0"
    assert any(path.endswith("/licenses/LICENSE") for path in wheel.namelist())
