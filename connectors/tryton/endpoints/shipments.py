"""Shipments to customers and what came back from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from connectors.tryton.client import Rpc
from connectors.tryton.mapping import shipment as mapping
from connectors.tryton.mapping.company import Company
from connectors.tryton.rows import Domain, Feed, Row, moment, numbers, search, sweep, version
from core.sync.documents import Shipment
from core.sync.values import Ref, Seen, Stream


@dataclass(frozen=True, slots=True)
class Shipments:
    rpc: Rpc
    company: Company
    document = Shipment

    @property
    def _domain(self) -> Domain:
        return [["company", "=", int(self.company.id)]]

    @property
    def streams(self) -> Sequence[Stream[Shipment]]:
        """A shipment does not move when the quantity of one of its moves does."""
        feeds = [
            Feed(rpc=self.rpc, model=model, domain=self._domain, ids_of=partial(_prefixed, prefix))
            for model, prefix in mapping.PREFIX.items()
        ]
        moves = [*self._domain, ["shipment", "!=", None]]
        feeds.append(
            Feed(
                rpc=self.rpc,
                model="stock.move",
                owner="shipment",
                domain=moves,
                ids_of=mapping.ids_of,
            )
        )
        return [Stream(name=feed.model, changed=feed.changed) for feed in feeds]

    def read(self, ids: Sequence[str]) -> list[Seen[Shipment]]:
        return [seen for model in mapping.PREFIX for seen in self._read(model, ids)]

    def ids(self, after: str, limit: int) -> list[Ref]:
        """Shipments first, then returns; each by its number."""
        models = list(mapping.PREFIX)
        model = next((one for one in models if after.startswith(mapping.PREFIX[one])), models[0])
        found: list[Ref] = []
        for place in models[models.index(model) :]:
            last = after.removeprefix(mapping.PREFIX[place]) if place == model else ""
            found += self._listed(place, last, limit - len(found))
            if len(found) == limit:
                break
        return found

    def _listed(self, model: str, after: str, limit: int) -> list[Ref]:
        parts = (mapping.DOOR[model],)
        refs = sweep(self.rpc, model, self._domain, after=after, limit=limit, parts=parts)
        prefix = mapping.PREFIX[model]
        return [Ref(id=f"{prefix}{ref.id}", version=ref.version) for ref in refs]

    def _read(self, model: str, ids: Sequence[str]) -> list[Seen[Shipment]]:
        prefix = mapping.PREFIX[model]
        wanted = numbers(id_.removeprefix(prefix) for id_ in ids if id_.startswith(prefix))
        if not wanted:
            return []
        domain = [*self._domain, ["id", "in", wanted]]
        rows = search(self.rpc, model, domain, names=mapping.names(model))
        shipped = self._shipped(rows) if model == mapping.RETURN else {}
        door = (mapping.DOOR[model],)
        return [
            Seen(
                ref=Ref(id=f"{prefix}{row['id']}", version=version(row, door)),
                stamp=moment(row, door),
                body=mapping.shipment(row, model, self.company, shipped=shipped),
            )
            for row in rows
        ]

    def _shipped(self, returns: Sequence[Row]) -> dict[int, str]:
        """Per sale the shipment that brought its goods, in one look-up for all returns."""
        sales = {sale for row in returns for sale in mapping.returned_sales(row)}
        sales |= {sale for row in returns for sale in mapping.sales_of(row, mapping.RETURN)}
        if not sales:
            return {}
        names = ["shipments"]
        rows = search(self.rpc, "sale.sale", [["id", "in", sorted(sales)]], names=names)
        prefix = mapping.PREFIX[mapping.OUT]
        return {row["id"]: f"{prefix}{min(row['shipments'])}" for row in rows if row["shipments"]}


def _prefixed(prefix: str, number: object) -> list[str]:
    return [f"{prefix}{number}"]
