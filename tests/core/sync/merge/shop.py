"""What the tests of the merge do again and again: edit a party on either side, and sync."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from connectors.fake.erp import Erp
from connectors.fake.faults import Fault
from core.actor import Actor, system
from core.api.listing import ListQuery, page
from core.companies import Company
from core.config import Settings
from core.host import Host
from core.journal import History
from core.registry.registry import Registry
from core.sync import connections
from core.sync.documents import Address, ContactPoint, PartyKind
from core.sync.documents import Party as PartyDocument
from core.sync.inline import InlineContext
from core.sync.merge.lists import CONFLICTS
from core.sync.merge.resolving import resolve
from core.sync.models import Agreed, Binding, Keep, OutboxRow, OutboxState
from core.sync.pull.job import pull_once
from core.sync.push.claim import Route
from core.sync.push.run import push_all
from modules.contacts import services
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address as OurAddress
from modules.contacts.models import Party
from tests.core.sync.pages.office import open_office

ACME = PartyDocument(
    company="1",
    name="Acme",
    kind=PartyKind.ORGANISATION,
    number="17",
    tax_id="DE1",
    addresses=(Address(id="11", street="Main 1", city="Berlin", country="DE"),),
    contact_points=(ContactPoint(kind="email", value="info@acme.example"),),
)
_ALIVE = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.WAITING, OutboxState.STOPPED)


@contextmanager
def open_shop(settings: Settings, installed: Registry) -> Iterator[Shop]:
    """Tandem with every module, and a fake ERP of this test's own."""
    erp = Erp()
    with open_office(settings, installed, erp) as host:
        with host.write(system("tests")) as work:
            company = Company(name="Tandem Ltd", currency="EUR")
            work.session.add(company)
        yield Shop.opened(host, erp, company.id)


@dataclass
class Shop:
    """``key`` is ours of Acme, which both sides know and agree on; ``there`` is the ERP's."""

    host: Host
    erp: Erp
    actor: Actor
    connection: UUID
    key: UUID
    there: str = "ACME"

    @classmethod
    def opened(cls, host: Host, erp: Erp, company: UUID) -> Shop:
        actor = system("Mia", company=company)
        erp.store.put(cls.there, ACME)
        with host.write(actor) as work:
            key = connections.add(
                work, host, name="back office", connector="fake", company_id=company, settings={}
            ).id
        assert connections.check(host, actor, key).ok
        shop = cls(host, erp, actor, key, key)
        shop.pull()
        shop.key = shop.key_of(cls.there)
        return shop

    def pull(self) -> None:
        pull_once(InlineContext(self.host, self.actor), self.connection)

    def push(self) -> None:
        context = InlineContext(self.host, self.actor)
        push_all(context, Route(self.connection, PARTY), claimant=self.connection)

    def sync(self) -> None:
        """Until both sides rest, as they do within seconds."""
        for _turn in range(3):
            self.push()
            self.pull()

    def fail(self, error: BaseException, *, call: int) -> None:
        """Of the calls that write, from now on, this one fails."""
        self.erp.faults.calls.clear()
        self.erp.faults.script.append(Fault(error=error, verb="upsert", call=call))

    def make_due(self) -> None:
        """Time passes: what waits for its next try is due."""
        with self.host.write(self.actor) as work:
            for row in work.session.scalars(select(OutboxRow)):
                row.due_at = row.created_at

    def edit(self, **fields: Any) -> None:
        with self.host.write(self.actor) as work:
            services.change_party(work, self.key, fields)  # type: ignore[arg-type]  # tests name PartyFields

    def edit_address(self, **fields: Any) -> None:
        with self.host.write(self.actor) as work:
            mine = select(OurAddress.id).where(OurAddress.party_id == self.key)
            address = work.session.scalars(mine).one()
            services.change_address(work, address, fields)  # type: ignore[arg-type]  # as above

    def edit_there(self, **fields: Any) -> None:
        self.erp.store.put(self.there, replace(self.said, **fields), reference=self._reference)

    @property
    def said(self) -> PartyDocument:
        row = self.erp.store.get(PartyDocument, self.there)
        assert row is not None
        return row.body

    @property
    def _reference(self) -> str:
        row = self.erp.store.get(PartyDocument, self.there)
        return row.reference if row else ""

    def delete_there(self) -> None:
        self.erp.store.delete(PartyDocument, self.there)

    def everybody_there(self) -> list[str]:
        return [row.body.name for row in self.erp.store.all(PartyDocument)]

    def held(self) -> Party:
        with self.host.read(self.actor) as work:
            return work.session.get_one(Party, self.key)

    def key_of(self, external_id: str) -> UUID:
        with self.host.read(self.actor) as work:
            known = select(Binding.local_id).where(Binding.external_id == external_id)
            return work.session.scalars(known.where(Binding.kind == PARTY)).one()

    def binding(self) -> Binding:
        with self.host.read(self.actor) as work:
            return work.session.scalars(select(Binding).where(Binding.local_id == self.key)).one()

    def agreed(self) -> Agreed:
        with self.host.read(self.actor) as work:
            return work.session.scalars(select(Agreed).where(Agreed.local_id == self.key)).one()

    def conflicts(self) -> list[tuple[str, Any, Any]]:
        """Field, ours, theirs of the open ones."""
        with self.host.read(self.actor) as work:
            rows = page(work, CONFLICTS, ListQuery()).rows
        return sorted((row.field, row.ours, row.theirs) for row in rows)

    def conflict(self) -> Any:
        with self.host.read(self.actor) as work:
            (row,) = page(work, CONFLICTS, ListQuery()).rows
        return row

    def resolve(self, keep: Keep) -> None:
        with self.host.write(self.actor) as work:
            resolve(work, self.conflict().id, keep)

    def jobs(self) -> int:
        """Outbox rows that are not over."""
        alive = select(func.count()).where(OutboxRow.state.in_(_ALIVE))
        with self.host.read(self.actor) as work:
            return work.session.scalar(alive) or 0

    def sent(self) -> int:
        """Outbox rows there ever were."""
        with self.host.read(self.actor) as work:
            return work.session.scalar(select(func.count()).select_from(OutboxRow)) or 0

    def history(self, field: str) -> list[tuple[Any, Any, str]]:
        rows = select(History).where(History.record_id == self.key, History.field == field)
        with self.host.read(self.actor) as work:
            found = work.session.scalars(rows.order_by(History.id))
            return [(row.old, row.new, row.source) for row in found]
