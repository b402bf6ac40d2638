"""One demo per folder, and an end for what a killed one left behind.

The lock's file is open in the demo and in its server: the system lets go of it when both are gone,
however they went. So whoever holds it is one of the two whose numbers stand in the file.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from core.demo.folder import Folder
from core.errors import RuleBroken

#: How long requests and jobs at hand, and the ERP, may take to end.
_END_S = 45.0


@dataclass(frozen=True, slots=True)
class Held:
    descriptor: int

    def note(self, *, url: str = "", server: int | None = None) -> None:
        content = orjson.dumps({"pid": os.getpid(), "server": server, "url": url})
        os.pwrite(self.descriptor, content, 0)
        os.ftruncate(self.descriptor, len(content))


@contextmanager
def held(folder: Folder) -> Iterator[Held]:
    """Nobody else runs this demo meanwhile. Raise RuleBroken when somebody does."""
    descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(descriptor):
            _end_orphan(folder.lock, descriptor)
        lock = Held(descriptor)
        lock.note()
        yield lock
    finally:
        os.close(descriptor)


def end_running(folder: Folder) -> bool:
    """Tell a running demo to end, and wait for it; False when none runs."""
    if not folder.lock.is_file():
        return False
    descriptor = os.open(folder.lock, os.O_RDWR)
    try:
        if _taken(descriptor):
            return False
        for pid in (_noted(folder.lock, "pid"), _noted(folder.lock, "server")):
            if _send(pid, signal.SIGTERM):
                break
        _await(descriptor)
    finally:
        os.close(descriptor)
    return True


def _end_orphan(file: Path, descriptor: int) -> None:
    pid = _noted(file, "pid")
    if _send(pid, 0):
        raise RuleBroken(
            f"A demo runs already at {_content(file).get('url') or 'this folder'} "
            f"(process {pid}): end it there with Ctrl-C, or with make demo-reset."
        )
    _send(_noted(file, "server"), signal.SIGTERM)
    _await(descriptor)


def _await(descriptor: int) -> None:
    ends_at = time.monotonic() + _END_S
    while not _taken(descriptor):
        if time.monotonic() > ends_at:
            raise RuleBroken(f"The demo that runs here did not end within {_END_S:g} s.")
        time.sleep(0.05)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _noted(file: Path, name: str) -> int | None:
    found = _content(file).get(name)
    return found if isinstance(found, int) else None


def _content(file: Path) -> dict[str, object]:
    with suppress(orjson.JSONDecodeError):
        found: dict[str, object] = orjson.loads(file.read_bytes())
        return found
    return {}


def _send(pid: int | None, number: int) -> bool:
    """False when there is no such process."""
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False
