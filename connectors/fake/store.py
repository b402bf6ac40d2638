"""Where the fake ERP keeps its records: one SQLite file many processes share, or memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Generic, TypeVar

from core.clock import utcnow
from core.codec import canonical, from_plain
from core.sync.documents import Document
from core.sync.values import Position, Ref, Seen

D = TypeVar("D", bound=Document)

_TABLES = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT, id TEXT, reference TEXT, stamp TEXT, body TEXT, PRIMARY KEY (kind, id));
CREATE INDEX IF NOT EXISTS record_stamp ON record (kind, stamp, id);
CREATE INDEX IF NOT EXISTS record_reference ON record (kind, reference);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER);
"""


@dataclass(frozen=True, slots=True)
class Row(Generic[D]):
    id: str
    reference: str
    stamp: datetime
    body: D

    @property
    def ref(self) -> Ref:
        return Ref(id=self.id, version=self.stamp.isoformat())

    @property
    def seen(self) -> Seen[D]:
        return Seen(ref=self.ref, stamp=self.stamp, reference=self.reference, body=self.body)


class Store:
    """Records by kind of document and id. Every change gets a stamp later than all before it."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = RLock()
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(
            file or ":memory:", timeout=30, isolation_level=None, check_same_thread=False
        )
        self._database.executescript(_TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and one at a time; a transaction inside another is part of it."""
        with self._lock:
            if self._database.in_transaction:
                yield
                return
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def put(
        self, key: str, body: D, *, reference: str = "", stamp: datetime | None = None
    ) -> Row[D]:
        """``stamp`` is given where a clock was wrong, or a transaction began long ago."""
        with self.transaction():
            row = Row(key, reference, stamp or self._stamp(), body)
            self._run(
                "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?)",
                *(_kind(type(body)), key, reference),
                *(_text(row.stamp), canonical(body).decode()),
            )
            return row

    def get(self, kind: type[D], key: str) -> Row[D] | None:
        return next(iter(self._rows(kind, "id = ?", key)), None)

    def delete(self, kind: type[Document], key: str) -> None:
        self._run("DELETE FROM record WHERE kind = ? AND id = ?", _kind(kind), key)

    def all(self, kind: type[D]) -> list[Row[D]]:
        return self._rows(kind, "TRUE ORDER BY stamp, id")

    def of(self, kind: type[D], ids: Sequence[str]) -> list[Row[D]]:
        return self._rows(kind, "id IN (SELECT value FROM json_each(?))", json.dumps(list(ids)))

    def referring(self, kind: type[D], references: Sequence[str]) -> list[Row[D]]:
        listed = json.dumps(list(references))
        where = "reference IN (SELECT value FROM json_each(?)) ORDER BY id"
        return self._rows(kind, where, listed)

    def after(self, kind: type[D], place: Position, limit: int) -> list[Row[D]]:
        """By (stamp, id)."""
        stamp = _text(place.stamp) if place.stamp else ""
        return self._rows(
            kind, "(stamp, id) > (?, ?) ORDER BY stamp, id LIMIT ?", stamp, place.id, limit
        )

    def ids(self, kind: type[D], after: str, limit: int) -> list[Ref]:
        rows = self._run(
            "SELECT id, stamp FROM record WHERE kind = ? AND id > ? ORDER BY id LIMIT ?",
            *(_kind(kind), after, limit),
        )
        stamps = {key: datetime.fromisoformat(stamp) for key, stamp in rows}
        return [Ref(id=key, version=stamp.isoformat()) for key, stamp in stamps.items()]

    def dated(
        self, kind: type[D], field: str, days: tuple[date, date], *, after: str, limit: int
    ) -> list[Row[D]]:
        """By id; ``field`` of the body holds the date."""
        where = f"json_extract(body, '$.{field}') BETWEEN ? AND ? AND id > ? ORDER BY id LIMIT ?"
        return self._rows(kind, where, *map(date.isoformat, days), after, limit)

    def number(self, prefix: str) -> str:
        """The next one: ``SO00001``, ``SO00002``."""
        found = self._run(
            "INSERT INTO counter VALUES (?, 1)"
            " ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            prefix,
        )
        return f"{prefix}{found[0][0]:05}"

    def _stamp(self) -> datetime:
        last = self._run("SELECT max(stamp) FROM record")[0][0]
        now = utcnow()
        return max(now, datetime.fromisoformat(last) + timedelta(microseconds=1)) if last else now

    def _rows(self, kind: type[D], where: str, *values: object) -> list[Row[D]]:
        rows = self._run(
            "SELECT id, reference, stamp, body FROM record"  # noqa: S608 - our own words
            f" WHERE kind = ? AND {where}",
            *(_kind(kind), *values),
        )
        return [
            Row(key, reference, datetime.fromisoformat(stamp), from_plain(json.loads(body), kind))
            for key, reference, stamp, body in rows
        ]

    def _run(self, statement: str, *values: object) -> list[tuple[str, ...]]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()


def _kind(kind: type[Document]) -> str:
    return kind.__name__


def _text(stamp: datetime) -> str:
    """Of one length, so that text sorts as time does."""
    return stamp.isoformat(timespec="microseconds")
