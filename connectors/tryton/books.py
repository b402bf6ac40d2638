"""What Tryton's books say of a period: documents by their business date, and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

from connectors.tryton.client import Rpc
from connectors.tryton.rows import Domain, Row
from core.money import Money, zero
from core.sync.values import Summary

#: Rows per request of a sum: a few short fields each.
_AT_ONCE = 2000


def between(field: str, first: date, last: date) -> Domain:
    return [[field, ">=", first], [field, "<=", last]]


def page(
    rpc: Rpc, model: str, domain: Domain, *, names: Sequence[str], after: str, limit: int
) -> list[Row]:
    """By id, archived ones too."""
    beyond = [*domain, ["id", ">", int(after or 0)]]
    context = {"active_test": False}
    answer = rpc.call(
        model, "search_read", beyond, 0, limit, [["id", "ASC"]], names, context=context
    )
    return cast("list[Row]", answer)


def rows(rpc: Rpc, model: str, domain: Domain, *, names: Sequence[str]) -> Iterable[Row]:
    after = ""
    while found := page(rpc, model, domain, names=names, after=after, limit=_AT_ONCE):
        yield from found
        after = str(found[-1]["id"])


def add_up(amounts: Iterable[Money]) -> Summary:
    """Tryton has no sums by RPC: they are of its own amounts, past our mapping of documents."""
    count, totals = 0, dict[str, Money]()
    for amount in amounts:
        count += 1
        totals[amount.currency] = totals.get(amount.currency, zero(amount.currency)) + amount
    return Summary(count=count, totals=tuple(totals.values()))
