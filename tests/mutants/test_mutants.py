"""Whoever sabotages the engine is caught: each mutant fails the tests that are there for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.mutants.table import MUTANTS, ROOT, Mutant

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.mutants.nursery"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        # The forks answer for themselves: that others skip something is no failure of theirs.
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(nursery: subprocess.Popen[str], mutant: Mutant) -> None:
    mutant.spoilt_source()  # or say which code is gone
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(mutant.name + "\n")
    nursery.stdin.flush()
    answer = json.loads(nursery.stdout.readline())
    # 0 is that it lived on; 2 to 5 that its tests could not be run at all.
    assert answer["code"] == pytest.ExitCode.TESTS_FAILED, answer["said"]
    assert " failed" in answer["said"], answer["said"]
