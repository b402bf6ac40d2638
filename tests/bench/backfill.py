"""A backfill of stock levels in a process of its own, to be killed: reports what it did as lines.

    python -m tests.bench.backfill DATABASE_URL DATA_DIR CONNECTION_ID LEVELS

``asked PLACE`` once, where it went on; ``done PEAK_RSS_BYTES`` at its end. The ERP makes its pages
up as they are asked for, so that the memory is Tandem's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from core.actor import system
from core.compose import open_host
from core.config import Settings
from core.quantity import Quantity
from core.sync.documents import StockLevel
from core.sync.inline import InlineContext
from core.sync.models import Connection
from core.sync.pull.backfill import Backfill
from core.sync.pull.readers import Readers
from core.sync.pull.stream import Reader
from core.sync.values import Page, Position, Ref, Seen, Stream
from modules.stock import module as stock

#: Levels per product.
WAREHOUSES = 50
STREAM = "levels"
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_ACTOR = system("bench")


@dataclass(slots=True)
class Levels:
    """An endpoint with so many levels."""

    count: int
    document = StockLevel
    asked: list[str] = field(default_factory=list)

    @property
    def streams(self) -> Sequence[Stream[StockLevel]]:
        return [Stream(name=STREAM, changed=self.changed)]

    def changed(self, after: Position, limit: int) -> Page[StockLevel]:
        if not self.asked:
            _say(f"asked {after.id or 0}")
        self.asked = [after.id]
        start = int(after.id or 0)
        end = min(start + limit, self.count)
        items = tuple(_level(number) for number in range(start, end))
        following = Position(stamp=items[-1].stamp, id=str(end)) if items else None
        return Page(items=items, next=following)


def _level(number: int) -> Seen[StockLevel]:
    product, warehouse = str(number // WAREHOUSES), f"W{number % WAREHOUSES:02}"
    there = Quantity(Decimal(number), "C62")
    return Seen(
        ref=Ref(id=f"{product}/{warehouse}"),
        stamp=_BEGAN + timedelta(seconds=number),
        body=StockLevel(
            company="1", product=product, warehouse=warehouse, on_hand=there, available=there
        ),
    )


def main(url: str, data_dir: str, connection_id: str, levels: str) -> None:
    host = open_host(Settings(data_dir=Path(data_dir), database_url=url))
    context = InlineContext(host, _ACTOR)
    with host.read(_ACTOR) as work:
        connection = work.session.get_one(Connection, UUID(connection_id))
    (mirror,) = stock.mirrors
    reader = Reader(context, connection, mirror, Levels(int(levels)), lambda _kind, _written: None)
    backfill = Backfill(Readers({mirror.kind: reader}), "bench")
    backfill.begin([])
    while not backfill.run(time.monotonic() + 3600):
        pass
    _say(f"done {_peak_bytes()}")


def _peak_bytes() -> int:
    """Of this program alone: ``getrusage`` also tells of the process that started it."""
    status = Path("/proc/self/status").read_text("ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
