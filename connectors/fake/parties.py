"""Parties, by a key the ERP itself enforces: sending one twice is one party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.fake.erp import Erp
from connectors.fake.shelf import Shelf
from core.sync.documents import DocumentState, Party
from core.sync.errors import Rejected
from core.sync.sessions import each
from core.sync.values import Done, Outcome, Outgoing, Ref, Seen, Stream


@dataclass(frozen=True, slots=True)
class Parties:
    erp: Erp
    document = Party

    @property
    def streams(self) -> Sequence[Stream[Party]]:
        return self._shelf.streams

    def read(self, ids: Sequence[str]) -> list[Seen[Party]]:
        return self._shelf.read(ids)

    def ids(self, after: str, limit: int) -> list[Ref]:
        return self._shelf.ids(after, limit)

    def upsert(self, items: Sequence[Outgoing[Party]]) -> list[Outcome]:
        with self.erp.faults.around("upsert"):
            return each(items, self._upsert)

    @property
    def _shelf(self) -> Shelf[Party]:
        return Shelf(self.erp, Party)

    def _upsert(self, item: Outgoing[Party]) -> Done:
        if not item.document.name.strip():
            raise Rejected("a party needs a name", field="name")
        with self.erp.store.transaction():
            known = self.erp.store.referring(Party, [item.reference])
            key = item.ref.id if item.ref else known[0].id if known else self._next()
            row = self.erp.store.put(key, item.document, reference=item.reference)
        return Done(ref=row.ref, state=DocumentState.CONFIRMED, number=row.body.number)

    def _next(self) -> str:
        return self.erp.store.number("P")
