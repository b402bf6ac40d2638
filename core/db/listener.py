"""The worker's ear for what ``core.db.notice`` tells."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from threading import Event
from time import monotonic
from typing import Any

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.db.database import Database
from core.db.notice import CHANNEL, EVENTS, JOBS

log = structlog.get_logger(__name__)

#: Seconds until a listener that lost its connection tries again.
_AGAIN_S = 1.0
#: Seconds between two looks whether it is to stop; and of silence after which the connection has
#: to show that somebody is still at its other end.
_LOOK_S, _SILENCE_S = 0.5, 10.0


class Listener:
    """Passes what is told on to ``hear``, by topic.

    While ``hears`` is False nothing arrives and whoever waits has to look by itself: always on
    SQLite, and on PostgreSQL while the connection is lost.
    """

    def __init__(self, database: Database, hear: Callable[[str], None]) -> None:
        self._database = database
        self._hear = hear
        self.hears = False

    def run(self, stop: Event) -> None:
        while not (stop.is_set() or self._database.is_sqlite):
            try:
                self._listen(stop)
            except (psycopg.Error, SQLAlchemyError, OSError) as error:
                self.hears = False
                log.warning("listener.lost", reason=str(error))
                stop.wait(_AGAIN_S)

    def _listen(self, stop: Event) -> None:
        with closing(self._connect()) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self.hears = True
            for topic in (JOBS, EVENTS):  # whatever was told while nobody listened
                self._hear(topic)
            heard_at = monotonic()
            while not stop.is_set():
                for notice in connection.notifies(timeout=_LOOK_S):
                    self._hear(notice.payload)
                    heard_at = monotonic()
                if monotonic() - heard_at > _SILENCE_S:
                    connection.execute("SELECT 1")
                    heard_at = monotonic()

    def _connect(self) -> psycopg.Connection[Any]:
        """One of its own, that no pool hands to anybody else."""
        pooled = self._database.engine.raw_connection()
        driver: psycopg.Connection[Any] | Any = pooled.driver_connection
        pooled.detach()
        driver.rollback()
        driver.autocommit = True
        return driver
