"""What is locked is what is declared, and an installation finds it by hash alone."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def locked(name: str) -> dict[str, Requirement]:
    """Name to the requirement; a line of hashes follows each."""
    lines = (ROOT / f"requirements/{name}.txt").read_text("utf-8").splitlines()
    found = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"\w", line)]
    return {plain(requirement.name): requirement for requirement in found}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> list[Requirement]:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    lines = setup["options"]["install_requires"].strip().splitlines()
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_everything_declared_is_locked_in_a_version_that_fits(requirement: Requirement) -> None:
    pin = locked("runtime")[plain(requirement.name)]
    [version] = [specifier.version for specifier in pin.specifier]
    assert requirement.specifier.contains(version)


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    runtime, test = locked("runtime"), locked("test")
    assert {name: pin for name, pin in runtime.items() if test.get(name) != pin} == {}


@pytest.mark.parametrize("name", ["runtime", "test"])
def test_every_pin_is_exact_and_carries_hashes(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    assert all(str(pin.specifier).startswith("==") for pin in locked(name).values())
    for block in re.split(r"\n(?=\w)", text)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.parametrize("name", ["runtime", "test"])
def test_no_list_names_a_place_to_fetch_from(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    assert not re.search(r"https?:|--index|--find-links|@ ", text)
