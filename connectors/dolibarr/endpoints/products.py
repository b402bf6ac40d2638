"""Products, taxes and stock levels: mirrors, inbound only.

SOAP could read a product, for the price of a password check per call (44 ms of the ERP's CPU), but
neither what changed since when nor the stock of one warehouse; one API for all keeps stamps equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.dolibarr.client import Rest
from connectors.dolibarr.mapping import product as mapping
from connectors.dolibarr.mapping.company import Company
from connectors.dolibarr.rows import Feed, Listing, present_in_bulk, version
from connectors.dolibarr.verdicts import Row
from core.sync.documents import Product, StockLevel, Tax
from core.sync.values import Ref, Seen, Stream

PRODUCTS = "products"
MOVEMENTS = "stockmovements"
_WITH_STOCK = {"includestockdata": "1"}


@dataclass(frozen=True, slots=True)
class Products:
    rest: Rest
    company: Company
    document = Product

    @property
    def streams(self) -> Sequence[Stream[Product]]:
        feed = Feed(rest=self.rest, company=self.company, path=PRODUCTS, properties=("ref",))
        return [Stream(name=PRODUCTS, changed=feed.changed)]

    def read(self, ids: Sequence[str]) -> list[Seen[Product]]:
        return [
            Seen(
                ref=self._ref(row),
                stamp=self.company.moment(row["date_modification"]),
                body=mapping.product(row, self.company),
            )
            for row in present_in_bulk(self.rest, PRODUCTS, ids)
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        rows = Listing(self.rest, PRODUCTS).beyond(after, limit)
        return [self._ref(row) for row in rows]

    def _ref(self, row: Row) -> Ref:
        body = mapping.product(row, self.company)
        return Ref(id=str(row["id"]), version=version(row, body))


@dataclass(frozen=True, slots=True)
class Taxes:
    """The rates that products bear: an order's line takes a rate, and no id."""

    rest: Rest
    company: Company
    document = Tax

    @property
    def streams(self) -> Sequence[Stream[Tax]]:
        feed = Feed(
            rest=self.rest,
            company=self.company,
            path=PRODUCTS,
            properties=("tva_tx",),
            ids_of=_rates,
        )
        return [Stream(name="rates", changed=feed.changed)]

    def read(self, ids: Sequence[str]) -> list[Seen[Tax]]:
        """A rate says all there is to say; ids of anything else are not there."""
        return [
            Seen(ref=Ref(id=id_), body=mapping.tax(id_, self.company))
            for id_ in ids
            if _is_rate(id_)
        ]


def _rates(row: Row) -> Sequence[str]:
    rate = mapping.tax_id(row)
    return () if rate == "0" else (rate,)


def _is_rate(id_: str) -> bool:
    whole, _, places = id_.partition(".")
    return whole.isdigit() and len(whole) <= 2 and (not places or places.isdigit())


@dataclass(frozen=True, slots=True)
class StockLevels:
    """Levels of the connection's warehouse. Their version is what they say: they have no stamp."""

    rest: Rest
    company: Company
    document = StockLevel

    @property
    def streams(self) -> Sequence[Stream[StockLevel]]:
        """Movements are only ever added. Goods that never moved are at zero."""
        goods = Feed(
            rest=self.rest,
            company=self.company,
            path=PRODUCTS,
            properties=("type",),
            ids_of=self._of_product,
        )
        moves = Feed(
            rest=self.rest,
            company=self.company,
            path=MOVEMENTS,
            stamp="tms",
            properties=("product_id", "warehouse_id"),
            ids_of=self._of_movement,
        )
        return [Stream(name=feed.path, changed=feed.changed) for feed in (goods, moves)]

    def read(self, ids: Sequence[str]) -> list[Seen[StockLevel]]:
        products = [mapping.product_of(id_, self.company) for id_ in ids]
        return [
            Seen(ref=self._ref(row), body=mapping.level(row, self.company))
            for row in present_in_bulk(self.rest, PRODUCTS, products, _WITH_STOCK)
            if mapping.is_stocked(row)
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        """A page of services alone is not the end."""
        listing = Listing(self.rest, PRODUCTS, params=_WITH_STOCK)
        last = mapping.product_of(after, self.company)
        while rows := listing.beyond(last, limit):
            if refs := [self._ref(row) for row in rows if mapping.is_stocked(row)]:
                return refs
            last = str(rows[-1]["id"])
        return []

    def _ref(self, row: Row) -> Ref:
        on_hand = mapping.level(row, self.company).on_hand.amount
        return Ref(id=mapping.level_id(row["id"], self.company), version=format(on_hand, "f"))

    def _of_product(self, row: Row) -> Sequence[str]:
        return (mapping.level_id(row["id"], self.company),) if mapping.is_stocked(row) else ()

    def _of_movement(self, row: Row) -> Sequence[str]:
        if str(row["warehouse_id"]) != self.company.warehouse:
            return ()
        return (mapping.level_id(row["product_id"], self.company),)
