"""The descriptions connectors bring along are the ones that were recorded, and named as such."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(ROOT.glob("connectors/*/wsdl"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_description_is_listed_and_unchanged(folder: Path) -> None:
    listed: list[dict[str, Any]] = json.loads((folder / "VENDORED.json").read_text("utf-8"))
    assert all(package["licence"] and package["source"] for package in listed)
    hashes = {file["path"]: file["sha256"] for package in listed for file in package["files"]}
    there = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "VENDORED.json"
    }
    assert there == hashes


def test_there_are_some() -> None:
    assert [folder.parent.name for folder in FOLDERS] == ["dolibarr"]
