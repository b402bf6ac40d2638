"""Parties both ways: pushed under our reference as their code, pulled with all that is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.tryton.client import Rpc
from connectors.tryton.mapping import party as mapping
from connectors.tryton.mapping.company import Company
from connectors.tryton.rows import Domain, Feed, Row, moment, numbers, search, sweep, version
from core.sync.documents import DocumentState, Party
from core.sync.errors import Conflict, NotFound, Rejected
from core.sync.sessions import each
from core.sync.values import Done, Outcome, Outgoing, Ref, Seen, Stream

PARTY = "party.party"


@dataclass(frozen=True, slots=True)
class Parties:
    rpc: Rpc
    company: Company
    document = Party

    @property
    def _domain(self) -> Domain:
        return [["id", "!=", self.company.party]]

    @property
    def streams(self) -> Sequence[Stream[Party]]:
        """Four: a party does not move when what belongs to it does."""
        owned = ("party.address", "party.contact_mechanism", "party.identifier")
        feeds = [Feed(rpc=self.rpc, model=PARTY, domain=self._domain)]
        ours = [["party", "!=", self.company.party]]
        feeds += [Feed(rpc=self.rpc, model=model, owner="party", domain=ours) for model in owned]
        return [Stream(name=feed.model, changed=feed.changed) for feed in feeds]

    def read(self, ids: Sequence[str]) -> list[Seen[Party]]:
        return [
            Seen(
                ref=_ref(row),
                stamp=moment(row, mapping.PARTS),
                reference=row["code"],
                body=mapping.party(row, self.company),
            )
            for row in self._rows("id", numbers(ids))
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        return sweep(self.rpc, PARTY, self._domain, after=after, limit=limit, parts=mapping.PARTS)

    def upsert(self, items: Sequence[Outgoing[Party]]) -> list[Outcome]:
        """Create what is not there in one call, then bring up to date what was."""
        known = self._known(items)
        fresh = [item for item in items if item.reference not in known and item.ref is None]
        made = self._create(fresh)
        outcomes = dict(zip((item.reference for item in fresh), made, strict=True))
        older = [item for item in items if item.reference not in outcomes]
        amended = each(older, lambda item: self._amend(item, known))
        outcomes |= dict(zip((item.reference for item in older), amended, strict=True))
        return [outcomes[item.reference] for item in items]

    def _create(self, items: Sequence[Outgoing[Party]]) -> list[Outcome]:
        """One call, one transaction. A code that was taken meanwhile is ours: found, not made."""
        if not items:
            return []
        countries = self._countries(items)
        values = [mapping.created(item, countries) for item in items]
        try:
            made = self.rpc.call(PARTY, "create", values)
        except Rejected:
            known = self._known(items)
            if len(known) < len(items):
                raise
            made = [known[item.reference]["id"] for item in items]
        return [Done(ref=Ref(id=str(id_)), state=DocumentState.CONFIRMED) for id_ in made]

    def _amend(self, item: Outgoing[Party], known: dict[str, Row]) -> Done:
        row = known.get(item.reference) or known.get(f"#{item.ref.id if item.ref else ''}")
        if row is None:
            raise NotFound(f"party {item.ref.id if item.ref else item.reference}")
        if item.ref and item.ref.version and item.ref.version != version(row, mapping.PARTS):
            raise Conflict(f"party {row['id']} was changed in Tryton")
        values = mapping.amended(item.document, row, self._countries([item]))
        if values:
            stamps = {"_timestamp": {f"{PARTY},{row['id']}": row["_timestamp"]}}
            self.rpc.call(PARTY, "write", [row["id"]], values, context=stamps)
        return Done(ref=Ref(id=str(row["id"])), state=DocumentState.CONFIRMED, number=row["code"])

    def _known(self, items: Sequence[Outgoing[Party]]) -> dict[str, Row]:
        """By code, and by ``#id`` for those whose code somebody changed over there."""
        rows = self._rows("code", [item.reference for item in items])
        known = {str(row["code"]): row for row in rows}
        others = numbers(item.ref.id for item in items if item.ref and item.reference not in known)
        if others:
            known |= {f"#{row['id']}": row for row in self._rows("id", others)}
        return known

    def _rows(self, name: str, values: Sequence[object]) -> list[Row]:
        names = [*mapping.NAMES, "_timestamp"]
        return search(self.rpc, PARTY, [*self._domain, [name, "in", values]], names=names)

    def _countries(self, items: Sequence[Outgoing[Party]]) -> dict[str, int]:
        """By ISO code. A Tryton that never loaded its countries has none, and keeps the rest."""
        codes = sorted({a.country for i in items for a in i.document.addresses if a.country})
        if not codes:
            return {}
        rows = search(self.rpc, "country.country", [["code", "in", codes]], names=["code"])
        return {row["code"]: row["id"] for row in rows}


def _ref(row: Row) -> Ref:
    return Ref(id=str(row["id"]), version=version(row, mapping.PARTS))
