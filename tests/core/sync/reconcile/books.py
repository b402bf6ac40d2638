"""An office with a month of business in its fake ERP, and ways to spoil it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.money import Money
from core.sync.documents import (
    Invoice,
    InvoiceState,
)
from core.sync.inline import InlineContext
from core.sync.reconcile.making import Wish, make_statement
from core.sync.reconcile.models import Statement, StatementDifference, StatementLine
from tests.core.sync.pages.office import Office

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
INVOICE, PAYMENT, ORDER = "billing.invoice", "billing.payment", "sales.order"


@dataclass
class Books:
    office: Office
    connection: UUID = field(init=False)

    def open(self) -> None:
        """Ten invoices on ten days, five of them paid; the net of each is its number and a cent."""
        for number in range(1, 11):
            self.issue(number)
        self.connection = self.office.connect()

    def issue(self, number: int, **changed: Any) -> str:
        invoice = Invoice(
            company="1",
            customer="P00001",
            order=None,
            number=f"INV{number:05}",
            lines=(),
            net=Money(Decimal(f"{number}.01"), "EUR"),
            tax=Money(Decimal("0.20"), "EUR"),
            open=Money(Decimal(f"{number}.21"), "EUR"),
            state=InvoiceState.OPEN,
            issued_on=FIRST + timedelta(days=number),
        )
        key = f"I{number:05}"
        self.office.erp.store.put(key, replace(invoice, **changed))
        return key

    def behind_our_back(self, key: str, **changed: Any) -> None:
        """The ERP changes an invoice, and its stamp does not tell."""
        row = self.office.erp.store.get(Invoice, key)
        assert row is not None
        self.unseen(key, replace(row.body, **changed))

    def unseen(self, key: str, body: Any, reference: str = "") -> None:
        """A record with a stamp that was passed long ago: no poll ever meets it."""
        store = self.office.erp.store
        store.put(key, body, reference=reference)
        store._run("UPDATE record SET stamp = '2020-01-01T00:00:00.000000+00:00' WHERE id = ?", key)

    def state(self, *kinds: str, first: date = FIRST, last: date = LAST) -> Stated:
        wish = Wish(connection_id=self.connection, kinds=kinds, first=first, last=last, by="tests")
        context = InlineContext(self.office.host, self.office.actor)
        key = make_statement(context, wish, lambda _kind, _read: None)
        return self.stated(key)

    def stated(self, key: UUID) -> Stated:
        with self.office.host.read(self.office.actor) as work:
            return Stated(
                work.session.get_one(Statement, key),
                list(
                    work.session.scalars(
                        select(StatementDifference).where(StatementDifference.statement_id == key)
                    )
                ),
                list(
                    work.session.scalars(
                        select(StatementLine).where(StatementLine.statement_id == key)
                    )
                ),
            )


@dataclass
class Stated:
    statement: Statement
    differences: list[StatementDifference]
    days: list[StatementLine]

    @property
    def named(self) -> list[tuple[str, str, str]]:
        return sorted((one.what.value, one.name, one.remedy.value) for one in self.differences)

    def kind(self, kind: str) -> dict[str, Any]:
        [found] = [one for one in self.statement.kinds if one["kind"] == kind]
        return dict(found)
