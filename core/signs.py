"""Signs of life: a file per worker process, whose lock the kernel opens the moment it dies.

A lease tells on any machine that a worker is gone, some seconds later. This tells those beside it
on its own, at once. Which is sure: a process that only hangs keeps its lock. Where the folder
can not be written or locked there are no signs, and the lease has to do.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import structlog

log = structlog.get_logger(__name__)


class Signs:
    """Those of one process, and those of all others in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: tuple[Path, int] | None = None

    def show(self, life: UUID) -> None:
        """From now on, instead of any life before."""
        self.withdraw()
        try:
            self._own = self._shown(life)
        except OSError as error:
            log.warning("signs.none", reason=str(error))

    def _shown(self, life: UUID) -> tuple[Path, int]:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Locked before anybody can see it by its name.
        unseen, sign = self._folder / f".{life}", self._folder / str(life)
        descriptor = os.open(unseen, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        unseen.rename(sign)
        return sign, descriptor

    def withdraw(self) -> None:
        if self._own is not None:
            sign, descriptor = self._own
            sign.unlink(missing_ok=True)
            os.close(descriptor)
            self._own = None

    def gone(self) -> list[UUID]:
        """Lives that are over, until they are forgotten."""
        found = []
        with suppress(OSError):  # nobody has shown anything yet, or nobody can
            for sign in self._folder.iterdir():
                with suppress(ValueError):  # not one of ours
                    life = UUID(sign.name)
                    if not _held(sign):
                        found.append(life)
        return found

    def forget(self, lives: Iterable[UUID]) -> None:
        for life in lives:
            (self._folder / str(life)).unlink(missing_ok=True)


def _held(sign: Path) -> bool:
    try:
        descriptor = os.open(sign, os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # somebody has just forgotten it, or it is not ours to judge
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
