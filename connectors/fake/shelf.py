"""Records of one kind to be read: a whole endpoint for what the ERP only tells us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from connectors.fake.books import dated, summarised
from connectors.fake.erp import Erp
from core.sync.documents import Document
from core.sync.values import Page, Position, Ref, Seen, Stream, Summary

D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True)
class Shelf(Generic[D]):
    erp: Erp
    document: type[D]

    @property
    def streams(self) -> Sequence[Stream[D]]:
        return (Stream(name="all", changed=self._changed),)

    def read(self, ids: Sequence[str]) -> list[Seen[D]]:
        with self.erp.faults.around("read"):
            return [row.seen for row in self.erp.store.of(self.document, ids)]

    def ids(self, after: str, limit: int) -> list[Ref]:
        with self.erp.faults.around("ids"):
            return self.erp.store.ids(self.document, after, limit)

    def dated(self, first: date, last: date, after: str, limit: int) -> list[Seen[D]]:
        with self.erp.faults.around("dated"):
            rows = dated(self.erp.store, self.document, (first, last), after=after, limit=limit)
            return [row.seen for row in rows]

    def summarise(self, first: date, last: date) -> Summary:
        with self.erp.faults.around("summarise"):
            return summarised(self.erp.store, self.document, (first, last))

    def _changed(self, after: Position, limit: int) -> Page[D]:
        with self.erp.faults.around("changed"):
            rows = self.erp.store.after(self.document, after, limit)
            last = Position(stamp=rows[-1].stamp, id=rows[-1].id) if rows else None
            return Page(items=tuple(row.seen for row in rows), next=last)
