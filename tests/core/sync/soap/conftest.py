from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.sync.http import FrameworkSessions
from tests.core.sync.soap.hostile import Hostile, hostile
from tests.core.sync.soap.notes import MEGABYTE


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as started:
        yield started


@pytest.fixture
def sessions() -> Iterator[FrameworkSessions]:
    made = FrameworkSessions(allowed=("127.0.0.1",), deadline_s=5, most_bytes=4 * MEGABYTE)
    yield made
    made.close()
