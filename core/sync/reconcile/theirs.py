"""The ERP's side of a statement: its documents, by date where it can, by reading all where not.

No transaction is open while any of this runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.sync.contract import Dated, Endpoint, Lists, Reads, Summarises
from core.sync.errors import Unsent
from core.sync.exchange import Stated
from core.sync.reconcile.figures import Figures
from core.sync.reconcile.line import Line, line_of
from core.sync.values import Position, Ref, Seen

#: Records per request.
_PAGE = 500

#: Told how many records were read so far.
Report = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Theirs:
    stated: Stated[Any]
    endpoint: Endpoint
    report: Report

    @property
    def only_sums(self) -> bool:
        """Its sums are cheap and its documents are not: it has no list by date."""
        lists = isinstance(self.endpoint, Dated)
        return self.stated.dated and isinstance(self.endpoint, Summarises) and not lists

    @property
    def reads_by_date(self) -> bool:
        return self.stated.dated and isinstance(self.endpoint, Dated)

    def sums(self, first: date, last: date) -> Figures | None:
        """As the ERP itself adds up; None when it does not."""
        if not isinstance(self.endpoint, Summarises):
            return None
        found = self.endpoint.summarise(first, last)
        return Figures(
            count=found.count,
            sums={money.currency: (money.amount, None) for money in found.totals},
            digest=None,
        )

    def between(self, first: date, last: date) -> Iterator[Line]:
        """All that is dated so; of kinds without dates, all there is."""
        read = 0
        for page in self._pages(first, last):
            lines = [line_of(seen) for seen in page]
            read += len(lines)
            self.report(read)
            yield from (line for line in lines if self._within(line, first, last))

    def read(self, ids: Sequence[str]) -> list[Line]:
        """Those that are still there, as they are now."""
        if not isinstance(self.endpoint, Reads):
            return []
        found: list[Line] = []
        for start in range(0, len(ids), _PAGE):
            found += map(line_of, self.endpoint.read(ids[start : start + _PAGE]))
        return found

    def _within(self, line: Line, first: date, last: date) -> bool:
        if not self.stated.dated:
            return True
        return line.day is not None and first <= line.day <= last

    def _pages(self, first: date, last: date) -> Iterator[Sequence[Seen[Any]]]:
        if self.stated.dated and isinstance(self.endpoint, Dated):
            yield from self._dated(self.endpoint, first, last)
        elif isinstance(self.endpoint, Lists) and isinstance(self.endpoint, Reads):
            yield from self._listed(self.endpoint, self.endpoint)
        else:
            yield from self._streamed()

    def _dated(self, dated: Dated[Any], first: date, last: date) -> Iterator[Sequence[Seen[Any]]]:
        after = ""
        while page := dated.dated(first, last, after, _PAGE):
            yield page
            after = _moved(after, page[-1].ref)

    def _listed(self, lists: Lists, reads: Reads[Any]) -> Iterator[Sequence[Seen[Any]]]:
        after = ""
        while refs := lists.ids(after, _PAGE):
            yield reads.read([ref.id for ref in refs])
            after = _moved(after, refs[-1])

    def _streamed(self) -> Iterator[Sequence[Seen[Any]]]:
        """Every stream from its start; each record once."""
        met: set[str] = set()
        for stream in self.endpoint.streams:
            place: Position | None = Position()
            while place is not None:
                page = stream.changed(place, _PAGE)
                fresh = {seen.ref.id: seen for seen in page.items if seen.ref.id not in met}
                met |= fresh.keys()
                yield self._bodies(list(fresh.values()))
                place = page.next if page.next != place else None

    def _bodies(self, items: Sequence[Seen[Any]]) -> list[Seen[Any]]:
        bare = [seen.ref.id for seen in items if seen.body is None]
        bodies = [seen for seen in items if seen.body is not None]
        if bare and isinstance(self.endpoint, Reads):
            bodies += self.endpoint.read(bare)
        return bodies


def _moved(after: str, last: Ref) -> str:
    """Raise Unsent rather than read one page for ever."""
    if last.id == after:
        raise Unsent(f"The ERP lists the page behind {after} again and again.")
    return last.id
