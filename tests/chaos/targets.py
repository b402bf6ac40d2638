"""The ERPs behind the proxy: how they are stocked, troubled, frozen and counted."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, Protocol

import requests

from connectors.tryton.demo.erp import TrytonDemo
from connectors.tryton.demo.install import Installation
from tests.chaos.erp import Answer, script_as_json
from tests.chaos.ledger import TOKEN, Deed, deeds
from tests.chaos.processes import erp_process

PARTIES = 10
#: Past draft, in Tryton's words.
_FIRM = frozenset({"confirmed", "processing", "done"})
_LOOK_S = 0.5


class Target(Protocol):
    """An ERP whose deeds are counted over there."""

    @property
    def connector(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def pid(self) -> int: ...
    def settings(self, url: str) -> Mapping[str, Any]:
        """For a connection that reaches it at ``url``."""
        ...

    def trouble(self, seed: int, odds: Sequence[tuple[float, Answer]]) -> None:
        """From now on it answers so; without odds it works."""
        ...

    def said(self) -> Mapping[str, int]:
        """How often it answered something else than the truth."""
        ...

    def deeds(self) -> list[Deed]: ...


@dataclass(frozen=True, slots=True)
class Scripted:
    file: Path
    port: int
    pid: int
    one_step: bool = False
    connector = "chaos"

    def settings(self, url: str) -> Mapping[str, Any]:
        return {"url": url, "one_step": self.one_step, "deadline_s": 5.0}

    def trouble(self, seed: int, odds: Sequence[tuple[float, Answer]]) -> None:
        self._ask("script", script_as_json(seed, odds))

    def said(self) -> Mapping[str, int]:
        answer: Mapping[str, int] = self._ask("script", script_as_json(0, []))["said"]
        return answer

    def deeds(self) -> list[Deed]:
        return deeds(self.file)

    def stock(self) -> None:
        """One product and a few customers, named so that two ERPs do not have the same."""
        self._ask("product/product", {"items": [{"reference": "CHAIR-01", "price": "10.50"}]})
        names = [f"{self.file.stem} customer {number}" for number in range(PARTIES)]
        parties = [{"reference": name, "name": name} for name in names]
        self._ask("party/upsert", {"items": parties})

    def _ask(self, path: str, body: object) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"http://127.0.0.1:{self.port}/{path}"
        answer = requests.post(url, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def scripted(folder: Path, name: str, *, one_step: bool = False) -> Iterator[Scripted]:
    file = folder / f"{name}.sqlite"
    with erp_process(file, folder / f"{name}.log") as (process, port):
        target = Scripted(file, port, process.pid, one_step)
        target.stock()
        yield target


@dataclass
class Tryton:
    """A real one. It does not say when an order was confirmed: its database is watched for that."""

    demo: TrytonDemo
    connector = "tryton"
    _seen: dict[tuple[str, str], Deed] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(str(self.demo.settings["url"]).rpartition(":")[2].strip("/"))

    @property
    def pid(self) -> int:
        return self.demo.pid

    def settings(self, url: str) -> Mapping[str, Any]:
        return {**self.demo.settings, "url": url}

    def trouble(self, seed: int, odds: Sequence[tuple[float, Answer]]) -> None:
        """It says what it says: all trouble is the proxy's."""

    def said(self) -> Mapping[str, int]:
        return {}

    def deeds(self) -> list[Deed]:
        self.look()
        return sorted(self._seen.values(), key=lambda deed: deed.at)

    def look(self) -> None:
        """Note every sale, and every one that is firm, at the moment it is seen first."""
        with closing(sqlite3.connect(self.demo.database_file, timeout=30)) as database:
            sales = database.execute("SELECT id, reference, state FROM sale_sale").fetchall()
        for number, reference, state in sales:
            if not reference:  # made by its own people
                continue
            self._note("draft", str(number), reference)
            if state in _FIRM:
                self._note("confirm", str(number), reference)
            elif state == "cancelled":
                self._note("discard", str(number), reference)

    def _note(self, verb: str, record: str, reference: str) -> None:
        deed = Deed(at=time.time(), verb=verb, record=record, reference=reference, note="")
        self._seen.setdefault((verb, record), deed)


@contextmanager
def tryton(folder: Path, home: Path) -> Iterator[Tryton]:
    """A copy of the installation at ``home``, watched as long as it runs."""
    Installation(home).install(lambda _line: None)
    demo = TrytonDemo(folder / "tryton", template=home)
    over = Event()
    try:
        demo.start(lambda _line: None)
        target = Tryton(demo)

        def watch() -> None:
            while not over.wait(_LOOK_S):
                target.look()

        Thread(target=watch, daemon=True).start()
        yield target
    finally:
        over.set()
        demo.stop()
