"""Products, taxes and stock levels: mirrors, inbound only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.tryton.client import Rpc
from connectors.tryton.mapping import product as mapping
from connectors.tryton.mapping.company import Company
from connectors.tryton.rows import STAMP, Feed, Row, numbers, search, sweep, version
from core.sync.documents import Product, StockLevel, Tax
from core.sync.values import Ref, Seen, Stream

PRODUCT = "product.product"
TAX = "account.tax"
#: Services have no level.
_GOODS = [["type", "=", "goods"]]


@dataclass(frozen=True, slots=True)
class Products:
    rpc: Rpc
    company: Company
    document = Product

    @property
    def streams(self) -> Sequence[Stream[Product]]:
        """Two: name, price and unit stand on the template, which moves on its own."""
        feeds = (
            Feed(rpc=self.rpc, model=PRODUCT),
            Feed(rpc=self.rpc, model="product.template", owner="products"),
        )
        return [Stream(name=feed.model, changed=feed.changed) for feed in feeds]

    def read(self, ids: Sequence[str]) -> list[Seen[Product]]:
        domain: list[object] = [["id", "in", numbers(ids)]]
        return [
            Seen(
                ref=Ref(id=str(row["id"]), version=_version(row)),
                stamp=max(row[STAMP], row["template."][STAMP]),
                body=mapping.product(row, self.company),
            )
            for row in search(self.rpc, PRODUCT, domain, names=mapping.PRODUCT_NAMES)
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        # The taxes stand on the category, which moves alone.
        names = [STAMP, f"template.{STAMP}", f"template.account_category.{STAMP}"]
        domain = [["id", ">", int(after or 0)]]
        order = [["id", "ASC"]]
        rows = self.rpc.call(
            PRODUCT, "search_read", domain, 0, limit, order, names, context={"active_test": False}
        )
        return [Ref(id=str(row["id"]), version=_listed_version(row)) for row in rows]


def _version(row: Row) -> str:
    stamp: Any = max(row[STAMP], row["template."][STAMP])
    return str(stamp.isoformat())


def _listed_version(row: Row) -> str:
    category = row["template."]["account_category."] or {}
    return f"{_version(row)}/{category.get(STAMP) or ''}"


@dataclass(frozen=True, slots=True)
class Taxes:
    """Those that are a percentage: fixed amounts have no rate to estimate with."""

    rpc: Rpc
    company: Company
    document = Tax

    @property
    def _domain(self) -> list[object]:
        return [["company", "=", int(self.company.id)], ["type", "=", "percentage"]]

    @property
    def streams(self) -> Sequence[Stream[Tax]]:
        feed = Feed(rpc=self.rpc, model=TAX, domain=self._domain)
        return [Stream(name=TAX, changed=feed.changed)]

    def read(self, ids: Sequence[str]) -> list[Seen[Tax]]:
        domain = [*self._domain, ["id", "in", numbers(ids)]]
        return [
            Seen(
                ref=Ref(id=str(row["id"]), version=version(row)),
                stamp=row[STAMP],
                body=mapping.tax(row, self.company),
            )
            for row in search(self.rpc, TAX, domain, names=mapping.TAX_NAMES)
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        return sweep(self.rpc, TAX, self._domain, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class StockLevels:
    """Levels of the connection's warehouse. Their version is what they say: they have no stamp."""

    rpc: Rpc
    company: Company
    document = StockLevel

    @property
    def streams(self) -> Sequence[Stream[StockLevel]]:
        """A product does not move when its stock does: moves do. Goods never moved are at zero."""
        feeds = (
            Feed(rpc=self.rpc, model=PRODUCT, domain=_GOODS, ids_of=self._level_ids),
            Feed(rpc=self.rpc, model="stock.move", owner="product", ids_of=self._level_ids),
        )
        return [Stream(name=feed.model, changed=feed.changed) for feed in feeds]

    def _level_ids(self, product: object) -> list[str]:
        return [mapping.level_id(product, self.company.warehouse)]

    def read(self, ids: Sequence[str]) -> list[Seen[StockLevel]]:
        products = (mapping.product_of(id_, self.company.warehouse) for id_ in ids)
        domain: list[object] = [["id", "in", numbers(products)], *_GOODS]
        names = mapping.LEVEL_NAMES
        rows = search(self.rpc, PRODUCT, domain, names=names, context=self._place)
        levels = [mapping.level(row, self.company) for row in rows]
        return [
            Seen(ref=Ref(id=mapping.level_id(level.product, self.company.warehouse)), body=level)
            for level in levels
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        last = int(mapping.product_of(after, self.company.warehouse) or 0)
        domain = [*_GOODS, ["id", ">", last]]
        order, names = [["id", "ASC"]], mapping.LEVEL_NAMES
        context = {**self._place, "active_test": False}
        rows = self.rpc.call(
            PRODUCT, "search_read", domain, 0, limit, order, names, context=context
        )
        return [
            Ref(
                id=mapping.level_id(row["id"], self.company.warehouse),
                version=f"{row['quantity']}/{row['forecast_quantity']}",
            )
            for row in rows
        ]

    @property
    def _place(self) -> dict[str, object]:
        """Without ``locations`` every quantity is 0.0, and no error says so."""
        return {"locations": [self.company.warehouse], "with_childs": True}
