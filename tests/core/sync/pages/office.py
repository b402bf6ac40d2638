"""An office with all modules and a fake ERP: what the tests of the sync's pages do in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from connectors.fake.connector import FakeConnector
from connectors.fake.erp import Erp
from connectors.fake.faults import Fault
from core.actor import Actor, system
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.registry.discovery import Found, Installed
from core.registry.registry import Registry
from core.security.accounts import Person
from core.security.keys import create_keys
from core.security.roles import create_role
from core.sync import connections
from core.sync.contract import Connector
from core.sync.inline import InlineContext
from core.sync.models import Binding, Connection, InboxRow, InboxState, OutboxRow, OutboxState
from core.sync.pull.job import pull_once
from core.sync.push.run import push
from core.testing.people import browser_of, enrol
from modules.contacts.models import Party
from modules.sales.kinds import ORDER
from modules.sales.services.orders import confirm_order, draft_order
from modules.sales.services.wishes import LineWish, OrderWish


@contextmanager
def open_office(settings: Settings, installed: Registry, erp: Erp) -> Iterator[Host]:
    """Tandem with every module, and this ERP behind the connector ``fake``."""
    create_keys(settings.data_dir)
    connectors: dict[str, Installed[Connector[Any]]] = dict(installed.connectors.installed)
    connectors["fake"] = Installed("fake", FakeConnector(erp), "connectors.fake", "tandem-crm", "0")
    host = open_host(settings, Registry(installed.own, installed.found, Found(connectors)))
    try:
        yield host
    finally:
        host.database.close()


def signed_in_as(
    app: Flask, host: Host, permissions: Sequence[str], company_id: UUID
) -> FlaskClient:
    """A browser of somebody of this company who may this and nothing else."""
    may = " ".join(permissions) or "nothing"
    name = f"May {may:.48} in {company_id.hex[-6:]}"  # a name has 64 characters at most
    with host.write(system("tests")) as work:
        create_role(work, name, permissions)
    person = Person(
        email=f"{len(name)}-{company_id.hex[-6:]}@tandem.example",
        name=name,
        roles=frozenset({name}),
        companies=frozenset({company_id}),
        company_id=company_id,
    )
    return browser_of(app, enrol(host, person))


@dataclass
class Office:
    host: Host
    erp: Erp
    company: UUID

    @property
    def actor(self) -> Actor:
        return system("tests", company=self.company)

    def connect(self, name: str = "Tryton", **settings: Any) -> UUID:
        """A live connection, and the ERP's products and parties with it."""
        key = self.add(name, **settings)
        assert connections.check(self.host, self.actor, key).ok
        self.pull(key)
        return key

    def add(self, name: str, **settings: Any) -> UUID:
        with self.host.write(self.actor) as work:
            return connections.add(
                work,
                self.host,
                name=name,
                connector="fake",
                company_id=self.company,
                settings=settings,
            ).id

    def pull(self, key: UUID) -> None:
        pull_once(InlineContext(self.host, self.actor), key)

    def push(self, key: UUID) -> None:
        push(InlineContext(self.host, self.actor), {"connection": str(key), "kind": ORDER})

    def orders(self, number: int) -> list[UUID]:
        """Confirmed, and so in the outbox."""
        found = []
        with self.host.write(self.actor) as work:
            customer = work.session.scalars(select(Party).order_by(Party.id).limit(1)).one()
            for _turn in range(number):
                line = LineWish(sku="CHAIR-01", quantity=Decimal(2))
                wish = OrderWish(customer_id=customer.id, currency="EUR", lines=(line,))
                order, _known = draft_order(work, wish)
                confirm_order(work, order.id)
                found.append(order.id)
        return found

    def fail(self, error: BaseException, verb: str = "") -> None:
        self.erp.faults.script[:] = [Fault(error=error, verb=verb, call=None)]

    def mend(self) -> None:
        self.erp.faults.script.clear()

    def stop(self, key: UUID, number: int, error: BaseException) -> list[UUID]:
        """Orders the ERP refuses, sent."""
        self.fail(error, "draft")
        orders = self.orders(number)
        self.push(key)
        self.mend()
        return orders

    def arrive(self, key: UUID, state: InboxState, message: str, *, number: str = "INV-9") -> UUID:
        """An invoice from the ERP that could not be applied."""
        with self.host.write(self.actor) as work:
            row = InboxRow(
                connection_id=key,
                company_id=self.company,
                kind="billing.invoice",
                external_id=number,
                state=state,
                body={},
                message=message,
                attempts=6,
            )
            work.session.add(row)
            work.session.flush()
            return row.id

    def connection(self, key: UUID) -> Connection:
        with self.host.read(self.actor) as work:
            return work.session.get_one(Connection, key)

    def states(self, orders: list[UUID]) -> list[OutboxState]:
        statement = (
            select(OutboxRow.state)
            .join(Binding, Binding.id == OutboxRow.binding_id)
            .where(Binding.local_id.in_(orders))
            .order_by(OutboxRow.id)
        )
        with self.host.read(self.actor) as work:
            return list(work.session.scalars(statement))

    def row_ids(self, orders: list[UUID]) -> list[UUID]:
        statement = (
            select(OutboxRow.id)
            .join(Binding, Binding.id == OutboxRow.binding_id)
            .where(Binding.local_id.in_(orders))
            .order_by(OutboxRow.id)
        )
        with self.host.read(self.actor) as work:
            return list(work.session.scalars(statement))
