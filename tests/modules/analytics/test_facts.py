"""Facts kept by events are those made anew, and both are what the invoices say."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete

from core.actor import system
from core.sync.documents import InvoiceState
from modules.analytics.models import Bought, Month
from modules.analytics.services.cohorts import cohorts
from modules.analytics.services.products import put_fact
from modules.billing.events import CreditNoteIssued, InvoiceCancelled, InvoiceIssued
from modules.billing.models import Invoice
from modules.billing.rules import InvoiceKind
from tests.modules.analytics.trade import TODAY, Trade

MakeProduct = Callable[..., UUID]


def random_trade(trade: Trade, products: list[UUID], seed: int) -> list[UUID]:
    """Invoices, credit notes, cancellations and foreign currencies, each told as it comes."""
    draw = random.Random(seed)  # noqa: S311 - the same trade at every run
    customers = trade.customers(4)
    for _invoice in range(40):
        customer, on = draw.choice(customers), TODAY - timedelta(days=draw.randrange(400))
        lines = [(draw.choice(products), f"{draw.randrange(1, 9000)}.37") for _line in "ab"]
        kind = draw.choice([InvoiceKind.INVOICE] * 4 + [InvoiceKind.CREDIT_NOTE])
        currency = draw.choice(["EUR"] * 9 + ["USD"])
        if kind is InvoiceKind.CREDIT_NOTE:
            made = trade.bill(customer, on, kind=kind, net="11.5", currency=currency)
        else:
            made = trade.bill(customer, on, *lines, currency=currency)
        trade.write([made])
        event = CreditNoteIssued if kind is InvoiceKind.CREDIT_NOTE else InvoiceIssued
        for _time in range(draw.choice([1, 2])):
            trade.told(event, made)
        if draw.random() < 0.15:
            cancel(trade, made)
    return customers


def cancel(trade: Trade, invoice: Invoice) -> None:
    with trade.host.write(system()) as work:
        work.session.get_one(Invoice, invoice.id).state = InvoiceState.CANCELLED
    trade.told(InvoiceCancelled, invoice)


def test_increments_are_what_is_made_anew(trade: Trade, make_product: MakeProduct) -> None:
    products = [make_product(f"P{number}") for number in range(3)]
    with trade.host.write(system()) as work:
        put_fact(work, products[0], line="Bells", cost=Decimal("1.25"))
    customers = random_trade(trade, products, seed=3)
    kept = trade.facts()
    assert kept
    with trade.host.write(system()) as work:
        work.session.execute(delete(Month))
        work.session.execute(delete(Bought))
    trade.refresh(customers)
    assert trade.facts() == kept
    trade.refresh(customers)
    assert trade.facts() == kept


def test_a_month_says_what_its_invoices_say(trade: Trade, make_product: MakeProduct) -> None:
    costed, other = make_product("A"), make_product("B")
    with trade.host.write(system()) as work:
        put_fact(work, costed, line="Bells", cost=Decimal(3))
    [customer] = trade.customers(1)
    on = date(2026, 5, 4)
    trade.write(
        [
            trade.bill(customer, on, (costed, "10"), (other, "20.50")),
            trade.bill(customer, on, (costed, "10")),
            trade.bill(customer, date(2026, 5, 31), (other, "5")),
            trade.bill(customer, on, kind=InvoiceKind.CREDIT_NOTE, net="4"),
            trade.bill(customer, on, (other, "900"), state=InvoiceState.DRAFT),
            trade.bill(customer, on, (other, "900"), state=InvoiceState.CANCELLED),
            trade.bill(customer, on, (other, "900"), currency="USD"),
        ]
    )
    trade.refresh([customer])
    month, one, two = trade.facts()
    assert month[1:] == (
        date(2026, 5, 1), "EUR", Decimal("41.5"), Decimal(20), Decimal(12), 3,
        ["2026-05-04", "2026-05-31"],
    )  # fmt: skip
    bought = {row[1]: row[2:] for row in (one, two)}
    assert bought[costed] == (2, Decimal(4), Decimal(20), on, on)
    assert bought[other] == (2, Decimal(4), Decimal("25.5"), on, date(2026, 5, 31))


def test_cohorts_are_those_one_counts_by_hand(trade: Trade, make_product: MakeProduct) -> None:
    product, draw = make_product("A"), random.Random(5)  # noqa: S311 - the same at every run
    customers = trade.customers(30)
    bought: dict[UUID, set[date]] = defaultdict(set)
    invoices = []
    for customer in customers:
        for _time in range(draw.randrange(1, 6)):
            on = TODAY - timedelta(days=draw.randrange(500))
            bought[customer].add(on.replace(day=1))
            invoices.append(trade.bill(customer, on, (product, "10")))
    trade.write(invoices)
    trade.refresh(customers)
    with trade.host.read(system()) as work:
        found = cohorts(work, trade.company, TODAY)
    for cohort in found:
        mine = [months for months in bought.values() if min(months) == cohort.month]
        later = [month for month in (one.month for one in found) if month >= cohort.month]
        assert cohort.active == tuple(sum(month in one for one in mine) for month in later)
    assert sum(cohort.size for cohort in found) > 0
