"""A real Tryton behind the statement: it agrees kind by kind; what is spoiled there is named."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from connectors.fake.erp import Erp
from connectors.tryton.connector import TrytonSession
from connectors.tryton.endpoints.orders import Orders
from connectors.tryton.endpoints.products import Products
from core.clock import utcnow
from core.host import Host
from core.money import Money
from core.quantity import Quantity
from core.sync import connections
from core.sync.documents import SalesOrder, SalesOrderLine
from core.sync.values import Done, Outgoing
from tests.core.sync.pages.office import Office
from tests.core.sync.reconcile.books import INVOICE, ORDER, PAYMENT, Books
from tests.fixtures_tryton import RunningTryton

pytestmark = [
    pytest.mark.tryton,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]
TODAY = utcnow().date()


@pytest.fixture
def there(host: Host, erp: Erp, company: UUID, tryton: RunningTryton) -> Books:
    """Three sales, invoiced, one of them shipped and paid; all of it read once."""
    session = tryton.open()
    for number in (1, 2, 3):
        reference = sold(session, number)
        tryton.demo.invoice(reference)
    tryton.demo.ship(reference)
    tryton.demo.pay(reference)
    found = Books(Office(host, erp, company))
    with host.write(found.office.actor) as work:
        found.connection = connections.add(
            work,
            host,
            name="Tryton",
            connector="tryton",
            company_id=company,
            settings=tryton.settings,
        ).id
    assert connections.check(host, found.office.actor, found.connection).ok
    found.office.pull(found.connection)
    return found


def sold(session: TrytonSession, number: int) -> str:
    """A confirmed sale of so many bicycles; its reference."""
    orders = Orders(session.rpc, session.company)
    products = Products(session.rpc, session.company).read([str(n) for n in range(1, 30)])
    bicycle = next(seen for seen in products if seen.body and seen.body.unit_price)
    price = Money(Decimal("100.01"), "EUR")
    line = SalesOrderLine(
        product=bicycle.ref.id,
        quantity=Quantity(Decimal(number), "C62"),
        unit_price=price,
        taxes=("1",),
    )
    document = SalesOrder(
        company="1", customer="3", lines=(line,), net=(price * number).rounded(), ordered_on=TODAY
    )
    reference = f"THERE-{number}"
    [drafted] = orders.draft([Outgoing(reference=reference, document=document)])
    assert isinstance(drafted, Done)
    [done] = orders.confirm([drafted.ref])
    assert isinstance(done, Done)
    return reference


def invoice_of(tryton: RunningTryton, number: int) -> int:
    domain = [["sales.reference", "=", f"THERE-{number}"]]
    [key] = tryton.rpc("account.invoice", "search", domain)
    return int(key)


def test_a_real_erp_agrees_and_then_does_not(there: Books, tryton: RunningTryton) -> None:
    found = there.state(first=TODAY - timedelta(days=1), last=TODAY)
    assert found.named == []
    assert found.statement.agrees, found.statement.kinds
    assert "Tryton 8" in found.statement.there
    counts = {one["kind"]: one["theirs"]["count"] for one in found.statement.kinds}
    # The ERP has business of its own beside these.
    assert counts[ORDER] >= 3
    assert counts[INVOICE] >= 3
    assert counts[PAYMENT] >= 1
    listed, added = (found.kind(INVOICE)[name]["sums"]["EUR"] for name in ("theirs", "control"))
    assert listed["net"] == added["net"] != "0"
    first, second = (invoice_of(tryton, number) for number in (1, 2))
    # Past its API, so that no stamp moves: what a broken disk or a hand in the database does.
    tryton.query(f"DELETE FROM account_invoice WHERE id = {first}")  # noqa: S608 - a number
    cent = "untaxed_amount_cache = untaxed_amount_cache + 0.01"
    tryton.query(f"UPDATE account_invoice SET {cent} WHERE id = {second}")  # noqa: S608 - as above
    spoiled = there.state(INVOICE, first=TODAY, last=TODAY)
    assert sorted((one.what.value, one.external_id) for one in spoiled.differences) == sorted(
        [("missing_there", str(first)), ("amount", str(second))]
    )
