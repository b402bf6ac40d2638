"""One database: sessions that read, sessions that write, and what its errors mean to a caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.db.engine import open_engine
from core.db.notice import tell
from core.errors import Busy, Stale

#: PostgreSQL's serialization_failure, deadlock_detected, lock_not_available, too_many_connections
#: and disk_full; its server shuts down, crashed, or is just starting; a frozen transaction's end.
_BUSY_STATES = {"40001", "40P01", "55P03", "53300", "53100", "57P01", "57P02", "57P03", "25P03"}
#: What SQLite and the driver say for the same.
_BUSY_WORDS = ("locked", "connection", "starting up", "is full")
_BUSY = "The database is busy. Please try again in a moment."


class Database:
    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = open_engine(url)
        self._reading = self.engine.execution_options(writes=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def session(self, *, writes: bool) -> Iterator[Session]:
        """A session in one transaction: committed when the block ends well, else rolled back.

        Raises Busy when the database is held or away, and Stale when a row was saved by somebody
        else since it was read.
        """
        engine = self.engine if writes else self._reading
        try:
            with Session(engine, expire_on_commit=False) as session:
                yield session
                if writes:
                    tell(session)
                    session.commit()  # a reading one just ends: that is half the effort
        except StaleDataError as error:
            raise Stale("Somebody else saved this record in the meantime.") from error
        except PoolTimeout as error:
            raise Busy(_BUSY) from error
        except DBAPIError as error:
            if _is_busy(error):
                raise Busy(_BUSY) from error
            raise

    def close(self) -> None:
        self.engine.dispose()


def _is_busy(error: DBAPIError) -> bool:
    if getattr(error.orig, "sqlstate", None) in _BUSY_STATES or error.connection_invalidated:
        return True
    said = str(error.orig)
    return isinstance(error, OperationalError) and any(word in said for word in _BUSY_WORDS)
