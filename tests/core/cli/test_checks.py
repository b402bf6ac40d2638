"""What the doctor says of installed files."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from core.cli.checks import Level, files


def install(site: Path, name: str, content: str) -> None:
    """A wheel unpacked there, as pip does it: who comes later overwrites."""
    (site / "core").mkdir(exist_ok=True)
    place = site / "core/__init__.py"
    place.write_text(content)
    digest = base64.urlsafe_b64encode(hashlib.sha256(place.read_bytes()).digest()).decode()
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text(
        f"core/__init__.py,sha256={digest.rstrip('=')},{place.stat().st_size}\n"
    )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    install(tmp_path, "tandem-crm", "'''ours'''\n")
    return tmp_path


def test_files_as_they_were_installed_are_well(site: Path) -> None:
    assert site.is_dir()
    assert [(found.level, found.words) for found in files()] == [(Level.OK, "1 as installed")]


def test_who_overwrote_a_file_of_ours_is_named(site: Path) -> None:
    install(site, "stranger", "'''theirs'''\n")
    (found,) = files()
    assert found.level is Level.FAIL
    assert "core/__init__.py is not what was installed" in found.words
    assert "stranger brought one too" in found.words


def test_a_file_that_went_with_a_stranger_is_missed(site: Path) -> None:
    (site / "core/__init__.py").unlink()
    (found,) = files()
    assert found.level is Level.FAIL
    assert "core/__init__.py" in found.words
