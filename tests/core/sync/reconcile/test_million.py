"""A million payments on SQLite: the sums are exact to the cent, and memory stays where it is."""

from __future__ import annotations

import resource
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from core.sync.reconcile.figures import altogether
from core.sync.reconcile.ours import Ours
from modules.billing.statement import PAYMENTS
from tests.core.sync.reconcile.books import Books

MILLION = 1_000_000
#: Every amount is 0.10 and its number in cents: binary floats would be off after a few rows.
_INDEXES = """SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
    AND tbl_name IN ('billing_payment', 'core_binding')"""
NET = "1000 + (n % 997) * 100"
_NUMBERS = (
    "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :n)"
)
_PAYMENTS = f"""{_NUMBERS}
INSERT INTO billing_payment (id, company_id, customer_id, amount, currency, paid_on, source,
    observed_at)
SELECT printf('%032x', n), :company, :customer, {NET}, CASE n % 3 WHEN 0 THEN 'VND' ELSE 'EUR' END,
    date('2026-01-01', '+' || (n % 365) || ' days'), 'Tryton', '2026-11-22 00:00:00.000000'
FROM numbers"""  # noqa: S608 - our own words
_BINDINGS = f"""{_NUMBERS}
INSERT INTO core_binding (id, company_id, connection_id, kind, local_id, external_id, message,
    created_at, updated_at)
SELECT printf('%032x', n), :company, :connection, 'billing.payment', printf('%032x', n), 'M' || n,
    '', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'
FROM numbers"""  # noqa: S608 - as above


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_million_rows_add_up_to_the_cent(books: Books) -> None:
    office = books.office
    fill(books)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours = Ours(PAYMENTS, office.connection(books.connection))
    with office.host.read(office.actor) as work:
        days = ours.days(work, date(2026, 1, 1), date(2026, 12, 31))
    found = altogether(days)
    expected = {"EUR": Decimal(), "VND": Decimal()}
    for n in range(1, MILLION + 1):
        expected["EUR" if n % 3 else "VND"] += Decimal(10 + n % 997)
    mine = {unit: net for unit, (net, _total) in found.sums.items()}
    assert mine == {unit: cents / 100 for unit, cents in expected.items()}
    assert (found.count, len(days)) == (MILLION, 365)
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 100_000


def fill(books: Books) -> None:
    with books.office.host.write(books.office.actor) as work:
        # Kept up to date row by row, they would take longer than all the rest.
        for index in work.session.scalars(text(_INDEXES)).all():
            work.session.execute(text(f"DROP INDEX {index}"))
        customer = work.session.scalar(text("SELECT id FROM contacts_party LIMIT 1"))
        ids = {"company": books.office.company.hex, "connection": books.connection.hex}
        for statement in (_PAYMENTS, _BINDINGS):
            known = {"customer": customer} if ":customer" in statement else {}
            work.session.execute(text(statement), {"n": MILLION, **ids, **known})
