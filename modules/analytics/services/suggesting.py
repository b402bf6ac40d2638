"""What fits whom: dearer of the same line, or what buyers of another line take as well."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, Table, delete, select
from sqlalchemy.orm import aliased

from core.companies import visible
from core.db.bulk import Upsert
from core.work import UnitOfWork
from modules.analytics.models import Association, Bought, ProductFact
from modules.analytics.rules.baskets import pairs
from modules.catalog.models import Product

#: Suggestions of a kind for one customer, and those that rest on a rule alone.
_SHOWN, _RULED = 5, 2

#: A pair, what they had, what is wanted, and the line of each.
Candidate = tuple[Association, Product, Product, str | None, str | None]


class SuggestionKind(StrEnum):
    UP = "up"
    CROSS = "cross"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """``both`` of ``buyers`` of what they have bought ``product`` too; of ``everybody``."""

    kind: SuggestionKind
    product: Product
    #: What they bought that leads to it.
    because: Product
    both: int
    buyers: int
    everybody: int
    lift: Decimal

    @property
    def percent(self) -> int:
        return round(100 * self.both / self.buyers) if self.buyers else 0


def associate(work: UnitOfWork, company_id: UUID) -> int:
    """Find the company's pairs anew; how many tell something."""
    baskets: dict[UUID, set[UUID]] = defaultdict(set)
    bought = select(Bought.party_id, Bought.product_id).where(
        Bought.company_id == company_id, Bought.revenue > 0
    )
    for party_id, product_id in work.session.execute(bought.execution_options(yield_per=2000)):
        baskets[party_id].add(product_id)
    found = pairs(baskets)
    work.session.execute(delete(Association).where(Association.company_id == company_id))
    rows = [
        {
            "product_id": pair.product,
            "other_id": pair.other,
            "both": pair.both,
            "buyers": pair.buyers,
            "other_buyers": pair.other_buyers,
            "everybody": pair.everybody,
        }
        for pair in found
    ]
    table: Table = Association.__table__  # type: ignore[assignment]  # declarative says FromClause
    key = ("company_id", "product_id", "other_id")
    Upsert(table, key=key).run(work.session, rows, same={"company_id": company_id})
    return len(rows)


def suggestions(work: UnitOfWork, party_id: UUID) -> list[Suggestion]:
    """Surest first, each product once; nothing they bought, and nothing that is not for sale.

    Where no numbers tell of anything dearer, the next dearer ones of a line they buy are shown, as
    what they are: a rule, with ``both`` and ``buyers`` zero.
    """
    found: dict[UUID, Suggestion] = {}
    for pair, had, wanted, mine, its in work.session.execute(_candidates(work, party_id)):
        one = _suggestion((pair, had, wanted, mine, its))
        if one is None:
            continue
        best = found.get(one.product.id)
        if best is None or one.percent > best.percent:
            found[one.product.id] = one
    if not any(one.kind is SuggestionKind.UP for one in found.values()):
        found |= {one.product.id: one for one in _by_rule(work, party_id)}
    ordered = sorted(found.values(), key=lambda one: (-one.percent, one.product.sku))
    return [
        one for kind in SuggestionKind for one in [s for s in ordered if s.kind is kind][:_SHOWN]
    ]


def _candidates(work: UnitOfWork, party_id: UUID) -> Select[*Candidate]:
    had, wanted, mine, its = (
        aliased(Product),
        aliased(Product),
        aliased(ProductFact),
        aliased(ProductFact),
    )
    owned = select(Bought.product_id).where(Bought.party_id == party_id)
    statement = (
        select(Association, had, wanted, mine.line.label("mine"), its.line.label("its"))
        .join(Bought, Bought.product_id == Association.product_id)
        .join(had, had.id == Association.product_id)
        .join(wanted, wanted.id == Association.other_id)
        .outerjoin(mine, mine.product_id == had.id)
        .outerjoin(its, its.product_id == wanted.id)
        .where(
            Bought.party_id == party_id,
            Association.other_id.not_in(owned),
            wanted.active,
        )
        .order_by(Association.both.desc(), Association.id)
        .limit(200)
    )
    return visible(work, statement)


def _suggestion(row: Candidate) -> Suggestion | None:
    pair, had, wanted, mine, its = row
    kind = SuggestionKind.UP if mine and mine == its else SuggestionKind.CROSS
    if kind is SuggestionKind.UP and not _dearer(wanted, had):
        return None
    lift = Decimal(pair.both * pair.everybody) / (pair.buyers * pair.other_buyers)
    return Suggestion(
        kind=kind,
        product=wanted,
        because=had,
        both=pair.both,
        buyers=pair.buyers,
        everybody=pair.everybody,
        lift=round(lift, 1),
    )


def _dearer(wanted: Product, had: Product) -> bool:
    return (
        wanted.unit_price is not None
        and had.unit_price is not None
        and wanted.unit_price > had.unit_price
    )


def _by_rule(work: UnitOfWork, party_id: UUID) -> list[Suggestion]:
    had, wanted, mine, its = (
        aliased(Product),
        aliased(Product),
        aliased(ProductFact),
        aliased(ProductFact),
    )
    owned = select(Bought.product_id).where(Bought.party_id == party_id)
    statement = (
        select(wanted, had)
        .join(its, its.product_id == wanted.id)
        .join(mine, mine.line == its.line)
        .join(had, had.id == mine.product_id)
        .join(Bought, Bought.product_id == had.id)
        .where(
            Bought.party_id == party_id,
            mine.line != "",
            mine.company_id == its.company_id,
            wanted.active,
            wanted.id.not_in(owned),
            wanted.unit_price > had.unit_price,
        )
        .order_by(wanted.unit_price, wanted.id)
        .limit(_RULED)
    )
    return [
        Suggestion(
            kind=SuggestionKind.UP,
            product=product,
            because=because,
            both=0,
            buyers=0,
            everybody=0,
            lift=Decimal(),
        )
        for product, because in work.session.execute(visible(work, statement))
    ]
