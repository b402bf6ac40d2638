"""The backfill started, killed by SIGKILL part of the way, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from core.actor import system
from core.host import Host
from core.sync.models import Cursor, CursorMode
from modules.stock.models import StockLevel
from tests.bench.backfill import STREAM

_ACTOR = system("bench")
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """``resumed_at`` is the first place asked for after the kill at ``committed``."""

    committed: int
    resumed_at: int
    levels: int
    peak_bytes: int
    seconds: float


def backfill_killed(host: Host, connection_id: UUID, levels: int) -> Killed:
    """Killed once a third is stored."""
    with _process(host, connection_id, levels) as first:
        while _place(host) < levels // 3:
            if first.poll() is not None:
                raise RuntimeError("The backfill ended before it could be killed.")
            time.sleep(0.01)
        os.kill(first.pid, signal.SIGKILL)
    committed, began = _place(host), time.monotonic()
    with _process(host, connection_id, levels) as second:
        lines = dict(line.split() for line in second.communicate()[0].splitlines())
    seconds = time.monotonic() - began
    with host.read(_ACTOR) as work:
        stored = work.session.scalar(select(func.count()).select_from(StockLevel)) or 0
    return Killed(
        committed=committed,
        resumed_at=int(lines["asked"]),
        levels=stored,
        peak_bytes=int(lines["done"]),
        seconds=seconds,
    )


def _place(host: Host) -> int:
    found = select(Cursor.at_place).where(
        Cursor.stream == STREAM, Cursor.mode == CursorMode.BACKFILL
    )
    with host.read(_ACTOR) as work:
        return int(work.session.scalar(found) or 0)


def _process(host: Host, connection_id: UUID, levels: int) -> subprocess.Popen[str]:
    settings = host.settings
    arguments = [settings.url, str(settings.data_dir), str(connection_id), str(levels)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.backfill", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
