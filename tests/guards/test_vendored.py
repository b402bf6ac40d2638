"""What we ship of others is exactly what its publisher shipped, and is named with its licence."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "core/web/static/vendor", ROOT / "tests/vendor")
SPRITE = "tabler-icons-3.51.0/sprite.svg"


def packages(folder: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((folder / "VENDORED.json").read_text("utf-8"))
    return listed


def listed_files(folder: Path) -> list[dict[str, Any]]:
    return [file for package in packages(folder) for file in package["files"]]


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.relative_to(ROOT).parts[0])
def folder(request: pytest.FixtureRequest) -> Path:
    chosen: Path = request.param
    return chosen


def test_every_vendored_file_is_unchanged(folder: Path) -> None:
    changed = []
    for file in listed_files(folder):
        content = (folder / file["path"]).read_bytes()
        integrity = "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
        if (hashlib.sha256(content).hexdigest(), integrity) != (file["sha256"], file["integrity"]):
            changed.append(file["path"])
    assert changed == [], "fetch again with: python .ci/vendor.py"


def test_nothing_unlisted_is_vendored(folder: Path) -> None:
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert present - {"VENDORED.json"} == {file["path"] for file in listed_files(folder)}


def test_every_vendored_package_carries_its_licence(folder: Path) -> None:
    for package in packages(folder):
        place = f"{package['name']}-{package['version']}"
        paths = [file["path"] for file in package["files"]]
        assert package["licence"]
        assert f"{place}/LICENSE" in paths
        assert all(path.startswith(f"{place}/") for path in paths)


def test_the_sprite_holds_the_listed_icons() -> None:
    [listed] = [file["icons"] for file in listed_files(FOLDERS[0]) if file["path"] == SPRITE]
    drawn = re.findall(r'<symbol id="([^"]+)"', (FOLDERS[0] / SPRITE).read_text("utf-8"))
    assert drawn == listed
    assert len(drawn) == len(set(drawn))


def test_pages_use_only_icons_of_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (FOLDERS[0] / SPRITE).read_text("utf-8")))
    used = icons_used()
    assert len(used) > 10
    assert {where for where in used if where[1] not in drawn} == set()


def icons_used() -> set[tuple[str, str]]:
    """File and icon, from ``icon("home")`` in templates and ``icon="home"`` in manifests."""
    return {
        (file.relative_to(ROOT).as_posix(), name)
        for place in ("core", "modules", "connectors")
        for file in (ROOT / place).rglob("*")
        if file.suffix in {".html", ".py"}
        for name in named_icons(file.read_text("utf-8"))
    }


def named_icons(text: str) -> list[str]:
    calls = re.findall(r"\bicon\(([^()]*)\)", text)
    # What is compared inside the call is not an icon: ``icon("clock" if age != "fresh" ...)``.
    inside = [name for call in calls for name in re.findall(r'(?<![=!]= )"([\w-]+)"', call)]
    return inside + re.findall(r'\bicon="([\w-]+)"', text)
