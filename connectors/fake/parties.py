"""Parties, by a key the ERP itself enforces: sending one twice is one party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.fake.erp import Erp
from connectors.fake.shelf import Shelf
from connectors.fake.store import Row
from core.sync.documents import DocumentState, Party
from core.sync.errors import Conflict, NotFound, Rejected
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
            known = self._bound(item.ref) if item.ref else self._known(item.reference)
            key = known.id if known else self.erp.store.number("P")
            kept = self.erp.keeps(self._addressed(item.document))
            row = self.erp.store.put(key, kept, reference=item.reference)
        return Done(ref=row.ref, state=DocumentState.CONFIRMED, number=row.body.number)

    def _known(self, reference: str) -> Row[Party] | None:
        return next(iter(self.erp.store.referring(Party, [reference])), None)

    def _bound(self, ref: Ref) -> Row[Party]:
        row = self.erp.store.get(Party, ref.id)
        if row is None:
            raise NotFound(f"there is no party {ref.id}")
        if ref.version not in {None, row.ref.version}:
            raise Conflict(f"party {ref.id} was changed here meanwhile")
        return row

    def _addressed(self, party: Party) -> Party:
        """Addresses get an id of this ERP's own."""
        addresses = (
            a if a.id else replace(a, id=self.erp.store.number("A")) for a in party.addresses
        )
        return replace(party, addresses=tuple(addresses))
