"""What the scripted ERP keeps: its records, and a line for every deed, to be counted from outside.

Whatever Tandem believes, these are the facts: how often an order was made and confirmed over there.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from core.clock import utcnow

#: Long enough that it is masked wherever it turns up.
TOKEN = "chaos-token"
Json = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, reference TEXT, state TEXT, stamp TEXT,
    body TEXT);
CREATE INDEX IF NOT EXISTS record_reference ON record (kind, reference);
CREATE INDEX IF NOT EXISTS record_stamp ON record (kind, stamp, id);
CREATE TABLE IF NOT EXISTS deed (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL, verb TEXT, record TEXT, reference TEXT,
    note TEXT);
CREATE INDEX IF NOT EXISTS deed_reference ON deed (reference);
"""


@dataclass(frozen=True, slots=True)
class Deed:
    """``at`` is seconds since the epoch; ``record`` the ERP's own id."""

    at: float
    verb: str
    record: str
    reference: str
    note: str


class Refused(Exception):
    """The ERP says no to one record; ``kind`` is what a client makes of it."""

    def __init__(self, message: str, *, kind: str = "rejected", field: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.field = field

    @property
    def told(self) -> Json:
        return {"error": self.kind, "message": str(self), "field": self.field}


class Ledger:
    """One process writes, any may read. Every change gets a stamp later than all before it."""

    def __init__(self, file: Path) -> None:
        self._lock = RLock()
        self._database = sqlite3.connect(
            file, timeout=30, isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")  # nobody pulls its plug
        self._database.executescript(_TABLES)

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def upsert(self, item: Json) -> Json:
        """A party: the one with the id, else by the key this ERP enforces."""
        given = item.pop("id", None)
        known = [given] if given else [row["id"] for row in self._parties(item["reference"])]
        if known:
            (key,) = known
            row = self._one("party", key)
            self._change(key, state="confirmed", body=item)
        else:
            key = self._add("party", item, state="confirmed")
            row = item
        self._note("upsert", key, row["reference"], note=item["name"])
        return self._told(key)

    def product(self, item: Json) -> Json:
        return self._told(self._add("product", item, state="confirmed"))

    def draft(self, item: Json) -> Json:
        return self._order(item, "draft")

    def create(self, item: Json) -> Json:
        """In one step, and as often as it is asked to."""
        return self._order(item, "confirmed")

    def confirm(self, key: str) -> Json:
        row = self._one("order", key)
        if row["state"] == "cancelled":
            raise Refused(f"order {key} is cancelled")
        if row["state"] == "draft":
            self._change(key, state="confirmed")
            self._note("confirm", key, row["reference"])
        return self._told(key)

    def discard(self, key: str) -> Json:
        return self._end(key, "discard", only={"draft"})

    def cancel(self, key: str) -> Json:
        return self._end(key, "cancel", only={"draft", "confirmed"})

    def find(self, references: Sequence[str]) -> list[Json]:
        return self._by_reference("order", references)

    def read(self, kind: str, keys: Sequence[str]) -> list[Json]:
        return self._rows("id IN (SELECT value FROM json_each(?))", kind, json.dumps(list(keys)))

    def changed(self, kind: str, after: Mapping[str, str], limit: int) -> list[Json]:
        """By (stamp, id), with bodies."""
        return self._rows(
            "(stamp, id) > (?, ?) ORDER BY stamp, id LIMIT ?",
            *(kind, after["stamp"], int(after["id"] or 0), limit),
        )

    def ids(self, kind: str, after: str, limit: int) -> list[Json]:
        return self._rows("id > ? ORDER BY id LIMIT ?", kind, int(after or 0), limit)

    def _parties(self, reference: str) -> list[Json]:
        return self._by_reference("party", [reference])

    def _order(self, item: Json, state: str) -> Json:
        if not self._rows("id = ?", "party", item["customer"]):
            raise Refused(f"there is no party {item['customer']}", field="customer")
        known = {row["id"] for row in self._rows("TRUE", "product")}
        for line in item["lines"]:
            if line["product"] not in known:
                raise Refused(f"there is no product {line['product']}", field="lines")
        key = self._add("order", item, state=state)
        self._note("draft" if state == "draft" else "create", key, item["reference"])
        return self._told(key)

    def _end(self, key: str, verb: str, *, only: set[str]) -> Json:
        row = self._one("order", key)
        if row["state"] in only:
            self._change(key, state="cancelled")
            self._note(verb, key, row["reference"])
        elif row["state"] != "cancelled":
            raise Refused(f"order {key} is {row['state']}")
        return self._told(key)

    def _one(self, kind: str, key: str) -> Json:
        rows = self._rows("id = ?", kind, key)
        if not rows:
            raise Refused(f"there is no {kind} {key}", kind="not_found")
        return rows[0]

    def _by_reference(self, kind: str, references: Sequence[str]) -> list[Json]:
        listed = json.dumps(list(references))
        return self._rows("reference IN (SELECT value FROM json_each(?)) ORDER BY id", kind, listed)

    def _add(self, kind: str, item: Json, *, state: str) -> str:
        values = (kind, item["reference"], state, self._stamp(), json.dumps(item))
        statement = "INSERT INTO record (kind, reference, state, stamp, body)"
        found = self._run(f"{statement} VALUES (?, ?, ?, ?, ?) RETURNING id", *values)
        return str(found[0][0])

    def _change(self, key: str, *, state: str, body: Json | None = None) -> None:
        text = None if body is None else json.dumps(body)
        self._run(
            "UPDATE record SET state = ?, stamp = ?, body = coalesce(?, body) WHERE id = ?",
            *(state, self._stamp(), text, key),
        )

    def _note(self, verb: str, key: str, reference: str, *, note: str = "") -> None:
        self._run(
            "INSERT INTO deed (at, verb, record, reference, note) VALUES (?, ?, ?, ?, ?)",
            *(time.time(), verb, key, reference, note),
        )

    def _told(self, key: str) -> Json:
        (found,) = self._run("SELECT id, stamp, state FROM record WHERE id = ?", key)
        return {"id": str(found[0]), "version": found[1], "state": found[2]}

    def _stamp(self) -> str:
        last = self._run("SELECT max(stamp) FROM record")[0][0]
        now = utcnow()
        if last is not None:
            now = max(now, datetime.fromisoformat(last) + timedelta(microseconds=1))
        return now.isoformat(timespec="microseconds")  # of one length: it sorts as time does

    def _rows(self, where: str, kind: str, *values: object) -> list[Json]:
        statement = "SELECT id, reference, state, stamp, body FROM record"
        rows = self._run(f"{statement} WHERE kind = ? AND {where}", kind, *values)
        return [
            {"id": str(row[0]), "reference": row[1], "state": row[2], "version": row[3]}
            | {"body": json.loads(row[4])}
            for row in rows
        ]

    def _run(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()


def deeds(file: Path) -> list[Deed]:
    """All there were, in their order; from any process, while the ERP works."""
    with closing(sqlite3.connect(file, timeout=30)) as database:
        found = database.execute("SELECT at, verb, record, reference, note FROM deed ORDER BY id")
        return [Deed(*row) for row in found]
