"""Net and tax of 200 random orders, as our rules and as a real Tryton add them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from connectors.tryton.connector import TrytonConnector
from core.ids import new_id
from core.money import Money
from modules.sales.rules import Priced, totals
from tests.fixtures_tryton import RunningTryton

pytestmark = pytest.mark.tryton

ORDERS = 200
#: Currencies with 0, 2 and 3 decimals, and the step amounts in them are rounded to.
STEPS = {"JPY": "1", "EUR": "0.01", "KWD": "0.001"}
#: Per cent: 5.5 and 1.25 make halves, and sets of taxes make roundings that add up.
RATES = ("20", "7", "5.5", "1.25", "0.5")
ARITHMETIC = TrytonConnector.manifest.arithmetic


@dataclass(frozen=True)
class Ordered:
    currency: str
    lines: tuple[Priced, ...]


@dataclass(frozen=True)
class Shop:
    """What the ERP has, by id over there."""

    erp: RunningTryton
    taxes: Mapping[UUID, int]
    currencies: Mapping[str, int]
    customer: Mapping[str, Any]
    product: int
    hour: int

    def sale(self, order: Ordered) -> dict[str, object]:
        lines = [
            {
                "type": "line",
                "product": self.product,
                "unit": self.hour,
                "quantity": float(line.quantity),
                "unit_price": line.unit_price.amount,
                "taxes": [["add", [self.taxes[tax] for tax in line.taxes]]],
            }
            for line in order.lines
        ]
        address = self.customer["addresses"][0]
        return {
            "party": self.customer["id"],
            "currency": self.currencies[order.currency],
            "invoice_address": address,
            "shipment_address": address,
            "lines": [["create", lines]],
        }


def test_totals_of_200_random_orders_equal_trytons(tryton: RunningTryton) -> None:
    rates = {new_id(): Decimal(rate) for rate in RATES}
    shop = opened(tryton, rates)
    orders = list(drawn(Random(20261122), tuple(rates)))  # noqa: S311 - orders, no secrets
    company: Any = tryton.rpc("company.company", "search", [])
    context = {"company": company[0]}
    keys = tryton.rpc("sale.sale", "create", [shop.sale(order) for order in orders], **context)
    names = ["untaxed_amount", "tax_amount", "lines.amount"]
    rows: Any = tryton.rpc("sale.sale", "read", keys, names, **context)
    theirs = {row["id"]: row for row in rows}
    for key, order in zip(keys, orders, strict=True):
        sums = totals(order.lines, rates, currency=order.currency, arithmetic=ARITHMETIC)
        row = theirs[key]
        nets = [line.net.amount for line in order.lines]
        assert nets == [line["amount"] for line in sorted(row["lines."], key=lambda x: x["id"])]
        assert (sums.net.amount, sums.tax.amount) == (row["untaxed_amount"], row["tax_amount"])


def drawn(random: Random, taxes: Sequence[UUID]) -> list[Ordered]:
    """Orders of one to six lines; prices of four decimals, quantities of two."""
    found = []
    for _order in range(ORDERS):
        currency = random.choice(tuple(STEPS))
        most = 10_000 if currency == "JPY" else 200
        lines = tuple(
            Priced(
                quantity=Decimal(random.randint(1, 2_000)).scaleb(-2),
                unit_price=Money(Decimal(random.randint(1, most * 10_000)).scaleb(-4), currency),
                taxes=tuple(sorted(random.sample(taxes, random.randint(0, 3)))),
                rounding=ARITHMETIC.rounding,
            )
            for _line in range(random.randint(1, 6))
        )
        found.append(Ordered(currency, lines))
    return found


def opened(erp: RunningTryton, rates: Mapping[UUID, Decimal]) -> Shop:
    """Taxes of these rates and the three currencies, made over there."""
    (tax,) = erp.rpc(
        "account.tax",
        "search_read",
        [],
        0,
        1,
        None,
        ["company", "invoice_account", "credit_note_account"],
    )
    accounts = {name: tax[name] for name in ("company", "invoice_account", "credit_note_account")}
    wanted = [
        {
            **accounts,
            "name": f"Tax {rate}",
            "description": f"Tax {rate}",
            "type": "percentage",
            "rate": rate / 100,
        }
        for rate in rates.values()
    ]
    made = erp.rpc("account.tax", "create", wanted)
    (product,) = erp.rpc(
        "product.product", "search_read", [["code", "=", "SERVICE-HOUR"]], 0, 1, None, ["sale_uom"]
    )
    (customer,) = erp.rpc("party.party", "search_read", [], 0, 1, [["id", "DESC"]], ["addresses"])
    return Shop(
        erp,
        dict(zip(rates, made, strict=True)),
        {code: currency_there(erp, code, step) for code, step in STEPS.items()},
        customer,
        product["id"],
        product["sale_uom"],
    )


def currency_there(erp: RunningTryton, code: str, step: str) -> int:
    found: list[int] = erp.rpc("currency.currency", "search", [["code", "=", code]])
    values = {
        "name": code,
        "code": code,
        "symbol": code,
        "rounding": Decimal(step),
        "digits": max(0, len(step) - 2),
    }
    return (found or erp.rpc("currency.currency", "create", [values]))[0]
