"""A real Tryton and Tandem change the same customer: merged, asked, resolved, and at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core.actor import Actor, system
from core.api.listing import ListQuery, page
from core.host import Host
from core.security.keys import create_keys
from core.sync import connections
from core.sync.inline import InlineContext
from core.sync.merge.lists import CONFLICTS
from core.sync.merge.resolving import resolve
from core.sync.models import Binding, Keep, OutboxRow
from core.sync.pull.job import pull_once
from core.sync.push.claim import Route
from core.sync.push.run import push_all
from modules.contacts import services
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address, AddressKey, Party
from tests.fixtures_tryton import RunningTryton

pytestmark = [
    pytest.mark.tryton,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]
PARTIES = "party.party"


@dataclass
class Both:
    """Tandem in this process, and a Tryton whose customer 3 both sides know."""

    host: Host
    actor: Actor
    tryton: RunningTryton
    connection: UUID
    key: UUID
    there: int = 3

    def sync(self) -> None:
        context = InlineContext(self.host, self.actor)
        for _turn in range(3):
            push_all(context, Route(self.connection, PARTY), claimant=context.job_id)
            pull_once(context, self.connection)

    def edit(self, **fields: Any) -> None:
        with self.host.write(self.actor) as work:
            services.change_party(work, self.key, fields)  # type: ignore[arg-type]  # tests name PartyFields

    def edit_there(self, **fields: Any) -> None:
        self.tryton.rpc(PARTIES, "write", [self.there], fields)

    def held(self) -> Party:
        with self.host.read(self.actor) as work:
            return work.session.get_one(Party, self.key)

    def said(self, *names: str) -> Mapping[str, Any]:
        (row,) = self.tryton.rpc(PARTIES, "read", [self.there], ["name", *names])
        found: Mapping[str, Any] = row
        return found

    def conflicts(self) -> list[Any]:
        with self.host.read(self.actor) as work:
            return list(page(work, CONFLICTS, ListQuery()).rows)

    def sent(self) -> int:
        with self.host.read(self.actor) as work:
            return work.session.scalar(select(func.count()).select_from(OutboxRow)) or 0


@pytest.fixture
def both(host: Host, company: UUID, tryton: RunningTryton) -> Both:
    create_keys(host.settings.data_dir)
    for name in ("contacts",):
        host.enable(name, system("tests"))
    actor = system("Mia", company=company)
    with host.write(actor) as work:
        connection = connections.add(
            work,
            host,
            name="Tryton",
            connector="tryton",
            company_id=company,
            settings=tryton.settings,
        ).id
    assert connections.check(host, actor, connection).ok
    both = Both(host, actor, tryton, connection, connection)
    pull_once(InlineContext(host, actor), connection)
    with host.read(actor) as work:
        known = select(Binding.local_id).where(
            Binding.kind == PARTY, Binding.external_id == str(both.there)
        )
        both.key = work.session.scalars(known).one()
    return both


def test_both_sides_change_a_customer(both: Both) -> None:
    both.edit(name="Tandem's name", tax_id="DE 77")
    both.edit_there(name="Tryton's name")
    both.sync()
    (asked,) = both.conflicts()
    assert (asked.field, asked.ours, asked.theirs) == ("name", "Tandem's name", "Tryton's name")
    codes = [
        row["code"]
        for row in both.tryton.rpc(
            "party.identifier", "search_read", [["party", "=", both.there]], 0, None, None, ["code"]
        )
    ]
    assert "DE 77" in codes, "the other field went over"
    assert both.said()["name"] == "Tryton's name", "the asked one is left alone"

    with both.host.write(both.actor) as work:
        resolve(work, asked.id, Keep.OURS)
    both.sync()
    assert both.said()["name"] == both.held().name == "Tandem's name"
    assert both.conflicts() == []

    both.edit(name="Here again")
    both.edit_there(name="There again")
    both.sync()
    (asked,) = both.conflicts()
    with both.host.write(both.actor) as work:
        resolve(work, asked.id, Keep.THEIRS)
    both.sync()
    assert both.said()["name"] == both.held().name == "There again"
    settled = both.sent()
    both.sync()
    assert (both.sent(), both.conflicts()) == (settled, [])


def test_an_address_of_ours_is_there_once_and_stays_one(both: Both) -> None:
    with both.host.write(both.actor) as work:
        made = services.add_address(
            work,
            both.key,
            {"street": "Quay 7\nBack yard", "city": "Huế", "region": "Thừa Thiên", "country": "VN"},
        ).id
    both.sync()
    with both.host.read(both.actor) as work:
        address = work.session.get_one(Address, made)
        key = work.session.scalars(
            select(AddressKey.key).where(AddressKey.address_id == made)
        ).one()
        named = select(func.count()).where(Address.party_id == both.key, Address.city == "Huế")
        assert work.session.scalar(named) == 1
    assert address.region == "Thừa Thiên", "what Tryton does not keep is not lost here"
    settled = both.sent()
    for street in ("Quay 8", "Quay 9"):
        with both.host.write(both.actor) as work:
            services.change_address(work, made, {"street": street})
        both.sync()
    rows = both.tryton.rpc("party.address", "read", [int(key)], ["street", "city"])
    assert [(row["street"], row["city"]) for row in rows] == [("Quay 9", "Huế")]
    assert (both.sent(), both.conflicts()) == (settled + 2, [])


def test_what_was_deleted_there_and_changed_here_is_asked(both: Both) -> None:
    (made,) = both.tryton.rpc(PARTIES, "create", [{"name": "Short-lived"}])
    both.sync()
    with both.host.read(both.actor) as work:
        known = select(Binding.local_id).where(Binding.external_id == str(made))
        both.key = work.session.scalars(known.where(Binding.kind == PARTY)).one()
    both.tryton.rpc(PARTIES, "delete", [made])
    both.edit(name="Still dear to us")
    both.sync()
    (asked,) = both.conflicts()
    assert (asked.cause, asked.field) == ("gone", "")
    assert both.tryton.rpc(PARTIES, "search", [["name", "=", "Still dear to us"]]) == []
    with both.host.write(both.actor) as work:
        resolve(work, asked.id, Keep.OURS)
    both.sync()
    assert len(both.tryton.rpc(PARTIES, "search", [["name", "=", "Still dear to us"]])) == 1
    assert both.conflicts() == []
