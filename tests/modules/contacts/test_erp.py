"""Parties that come from an ERP, and parties that go there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from core.actor import system
from core.host import Host
from core.journal import History
from core.search import matching
from core.sync.bindings import ConnectionBindings
from core.sync.documents import Address as AddressDocument
from core.sync.documents import ContactPoint as PointDocument
from core.sync.documents import Party as PartyDocument
from core.sync.documents import PartyKind
from core.sync.exchange import Arrived, Counts, Gone
from core.sync.models import Connection
from core.testing.plugin import CountQueries
from modules.contacts.erp import load_party
from modules.contacts.kinds import PARTY
from modules.contacts.models import Address, AddressKey, ContactPoint, Party, PartyRole
from modules.contacts.rules import PointKind, Role
from modules.contacts.services import (
    add_address,
    add_contact_point,
    change_address,
    change_party,
    create_party,
)
from modules.contacts.services.arrivals import parties_gone, receive_parties
from modules.contacts.services.whole import read_whole

HOME = AddressDocument(id="11", street="Main 1", postal_code="10115", city="Berlin", country="DE")
ACME = PartyDocument(
    company="1",
    name="Acme",
    kind=PartyKind.ORGANISATION,
    number="17",
    tax_id="DE1",
    addresses=(HOME,),
    contact_points=(PointDocument(kind="email", value="info@acme.example"),),
)


@pytest.fixture
def erp(host: Host, company: UUID) -> UUID:
    with host.write(system()) as work:
        connection = Connection(company_id=company, connector="fake", name="back office")
        work.session.add(connection)
        work.session.flush()
        return connection.id


def arrive(host: Host, erp: UUID, *documents: PartyDocument, says: str = "back office") -> Counts:
    """As the engine does it: in the name of the connection, with our ids looked up."""
    with host.write(system(says), source=says) as work:
        bindings = ConnectionBindings(work, work.session.get_one(Connection, erp))
        ids = bindings.locals(PARTY, [key for key, _ in _numbered(documents)])
        arrived = [
            Arrived(
                external_id=key,
                document=document,
                local_id=ids.get(key),
                reference=None,
                stamp=None,
            )
            for key, document in _numbered(documents)
        ]
        return receive_parties(work, arrived, bindings)


def _numbered(documents: Sequence[PartyDocument]) -> list[tuple[str, PartyDocument]]:
    return [(str(document.number), document) for document in documents]


def held(host: Host) -> tuple[Party, list[Address], list[ContactPoint]]:
    with host.read(system()) as work:
        return (
            work.session.scalars(select(Party)).one(),
            list(work.session.scalars(select(Address).order_by(Address.id))),
            list(work.session.scalars(select(ContactPoint).order_by(ContactPoint.id))),
        )


def keys(host: Host) -> dict[tuple[UUID, UUID], str]:
    """What each ERP calls each address."""
    with host.read(system()) as work:
        rows = work.session.scalars(select(AddressKey)).all()
    return {(row.address_id, row.connection_id): row.key for row in rows}


def history(host: Host, record_id: UUID, field: str) -> list[tuple[Any, Any, str]]:
    with host.read(system()) as work:
        rows = work.session.scalars(
            select(History)
            .where(History.record_id == record_id, History.field == field)
            .order_by(History.id)
        )
        return [(row.old, row.new, row.source) for row in rows]


def test_a_customer_of_the_erp_is_here_and_marked(host: Host, erp: UUID) -> None:
    assert arrive(host, erp, ACME) == Counts(written=1, unchanged=0)
    party, addresses, points = held(host)
    assert (party.name, party.number, party.source) == ("Acme", "17", "back office")
    assert [(a.city, a.source) for a in addresses] == [("Berlin", "back office")]
    assert keys(host) == {(addresses[0].id, erp): "11"}
    assert [point.value for point in points] == ["info@acme.example"]
    with host.read(system()) as work:
        assert work.session.scalars(select(PartyRole.role)).all() == [Role.CUSTOMER]
        assert work.session.scalar(matching(PARTY, "acme berlin")) == party.id


def test_the_same_again_writes_nothing(host: Host, erp: UUID) -> None:
    arrive(host, erp, ACME)
    before = held(host)[0]
    assert arrive(host, erp, ACME) == Counts(written=0, unchanged=1)
    assert held(host)[0].version == before.version


def test_a_record_named_twice_in_a_page_is_one(host: Host, erp: UUID) -> None:
    arrive(host, erp, ACME, replace(ACME, name="Acme Inc"))
    assert held(host)[0].name == "Acme Inc"


def test_the_erps_change_is_taken_and_journaled_as_its(host: Host, erp: UUID) -> None:
    arrive(host, erp, ACME)
    arrive(
        host,
        erp,
        replace(
            ACME,
            name="Acme AG",
            active=False,
            addresses=(replace(HOME, city="Bonn"), AddressDocument(id="12", city="Ulm")),
            contact_points=(PointDocument(kind="phone", value="030 1"),),
        ),
    )
    party, addresses, points = held(host)
    assert (party.name, party.active) == ("Acme AG", False)
    assert [(a.city, a.active) for a in addresses] == [("Bonn", True), ("Ulm", True)]
    assert [point.value for point in points] == ["030 1"]
    assert history(host, party.id, "name") == [("Acme", "Acme AG", "back office")]


def test_an_address_that_is_gone_there_is_kept_aside(host: Host, erp: UUID) -> None:
    arrive(host, erp, ACME)
    arrive(host, erp, replace(ACME, addresses=()))
    assert [a.active for a in held(host)[1]] == [False]
    assert keys(host) == {}


def test_what_both_changed_stays_on_either_side_and_is_asked(host: Host, erp: UUID) -> None:
    arrive(host, erp, ACME)
    party, addresses, _ = held(host)
    with host.write(system("Mia")) as work:
        change_party(work, party.id, {"name": "Acme Holding"})
        change_address(work, addresses[0].id, {"city": "Potsdam"})
    assert arrive(host, erp, replace(ACME, tax_id="DE2")).written == 1
    party, addresses, _ = held(host)
    assert (party.name, party.tax_id, addresses[0].city) == ("Acme Holding", "DE2", "Potsdam")

    arrive(
        host, erp, replace(ACME, name="ACME", tax_id="DE2", addresses=(replace(HOME, city="X"),))
    )
    party, addresses, _ = held(host)
    assert (party.name, addresses[0].city) == ("Acme Holding", "Potsdam")
    with host.read(system()) as work:
        asked = read_whole(work, party.id).conflicts
    assert [(one.title, one.ours, one.theirs, one.ours_by) for one in asked] == [
        ("Address", "Main 1, 10115, Potsdam, DE", "Main 1, 10115, X, DE", "Mia"),
        ("Name", "Acme Holding", "ACME", "Mia"),
    ]


def test_ours_comes_back_from_the_erp_with_its_keys_and_without_loss(
    host: Host, company: UUID, erp: UUID
) -> None:
    with host.write(system("Mia", company=company)) as work:
        party = create_party(work, {"name": "Hương", "tax_id": "VN1"})
        add_address(work, party.id, {"street": "Main 1", "city": "Huế", "country": "VN"})
        add_contact_point(work, party.id, {"kind": PointKind.PHONE, "value": "+84 90 1"})
        bindings = ConnectionBindings(work, work.session.get_one(Connection, erp))
        sent = load_party(work, party.id, bindings)
        bindings.bind(PARTY, {"17": party.id})
    assert [(a.id, a.city) for a in sent.addresses] == [("", "Huế")]
    back = replace(
        sent,
        name="HUONG",
        number="17",
        tax_id=None,
        addresses=(replace(sent.addresses[0], id="5"),),
        contact_points=(PointDocument(kind="phone", value="+84901"),),
    )
    arrive(host, erp, back)
    party, addresses, points = held(host)
    assert (party.name, party.number, party.tax_id) == ("Hương", "17", "VN1")
    assert [(a.city, a.source) for a in addresses] == [("Huế", "tandem")]
    assert keys(host) == {(addresses[0].id, erp): "5"}
    assert [point.value for point in points] == ["+84 90 1"]


def test_a_party_deleted_there_is_put_away_here_unless_it_was_changed(
    host: Host, erp: UUID
) -> None:
    arrive(host, erp, ACME, replace(ACME, name="Beta", number="18"))
    with host.read(system()) as work:
        acme = work.session.scalars(select(Party.id).where(Party.name == "Acme")).one()
    with host.write(system("Mia")) as work:
        change_party(work, acme, {"tax_id": "DE9"})
    with host.write(system("back office"), source="back office") as work:
        bindings = ConnectionBindings(work, work.session.get_one(Connection, erp))
        ids = bindings.locals(PARTY, ["17", "18"])
        gone = [Gone(external_id=key, local_id=local) for key, local in ids.items()]
        parties_gone(work, gone, bindings)
    with host.read(system()) as work:
        found = work.session.execute(select(Party.name, Party.active).order_by(Party.name)).all()
        (asked,) = read_whole(work, acme).conflicts
        known = ConnectionBindings(work, work.session.get_one(Connection, erp))
        assert known.locals(PARTY, ["17", "18"]).keys() == {"17"}
    assert [tuple(row) for row in found] == [("Acme", True), ("Beta", False)]
    assert (asked.cause, asked.field) == ("gone", "")


def test_what_our_columns_can_not_hold_is_cut_and_not_fatal(host: Host, erp: UUID) -> None:
    odd = replace(
        ACME,
        name="x" * 300,
        addresses=(replace(HOME, country="Germany", city="y" * 200),),
        contact_points=(
            PointDocument(kind="fax", value="z" * 400),
            PointDocument(kind="x", value=""),
        ),
    )
    arrive(host, erp, odd)
    party, addresses, points = held(host)
    assert len(party.name) == 200
    assert (addresses[0].country, len(addresses[0].city)) == ("", 120)
    assert [(point.kind, len(point.value)) for point in points] == [(PointKind.OTHER, 320)]


def test_a_first_load_costs_a_handful_of_statements(
    host: Host, erp: UUID, count_queries: CountQueries
) -> None:
    page = [replace(ACME, name=f"Customer {n}", number=str(n)) for n in range(300)]
    with count_queries() as few:
        arrive(host, erp, *page[:100])
    with count_queries() as many:
        arrive(host, erp, *page[100:])
    assert len(many) <= len(few) + 2
    assert len(many) <= 45
    with host.read(system()) as work:
        assert work.session.scalar(select(func.count()).select_from(Party)) == 300


@pytest.fixture
def second(host: Host, company: UUID) -> UUID:
    """Another ERP of the same company."""
    with host.write(system()) as work:
        connection = Connection(company_id=company, connector="fake", name="warehouse")
        work.session.add(connection)
        work.session.flush()
        return connection.id


def test_an_address_both_erps_have_is_one_and_each_has_its_own_id_of_it(
    host: Host, erp: UUID, second: UUID
) -> None:
    arrive(host, erp, ACME)
    party, (home,), _ = held(host)
    theirs = replace(ACME, addresses=(replace(HOME, id="77"),))
    with host.write(system()) as work:
        there = ConnectionBindings(work, work.session.get_one(Connection, second))
        there.bind(PARTY, {"17": party.id})
        assert [a.id for a in load_party(work, party.id, there).addresses] == [""]
    for _turn in range(2):
        arrive(host, second, theirs, says="warehouse")
        arrive(host, erp, ACME)
    assert [a.id for a in held(host)[1]] == [home.id]
    assert keys(host) == {(home.id, erp): "11", (home.id, second): "77"}
    moved = replace(ACME, addresses=(replace(HOME, id="77", city="Bonn"),))
    arrive(host, second, moved, says="warehouse")
    assert [(a.city, a.active) for a in held(host)[1]] == [("Bonn", True)]
    with host.read(system()) as work:
        for connection, key in ((erp, "11"), (second, "77")):
            bindings = ConnectionBindings(work, work.session.get_one(Connection, connection))
            assert [(a.id, a.city) for a in load_party(work, party.id, bindings).addresses] == [
                (key, "Bonn")
            ]


def test_the_one_id_an_address_had_is_that_of_the_erp_it_came_from(
    host: Host, erp: UUID, second: UUID
) -> None:
    """The revision that gave every ERP its own, over what stood there before."""
    arrive(host, erp, ACME)
    party, (home,), _ = held(host)
    with host.write(system()) as work:
        there = ConnectionBindings(work, work.session.get_one(Connection, second))
        there.bind(PARTY, {"99": party.id})
        work.session.execute(text("DROP TABLE contacts_address_key"))
        work.session.execute(text("ALTER TABLE contacts_address ADD COLUMN erp_key VARCHAR(200)"))
        work.session.execute(text("UPDATE contacts_address SET erp_key = '11'"))
        to_before = "UPDATE schema_version_contacts SET version_num = 'contacts_0004'"
        work.session.execute(text(to_before))
    assert host.upgrade() == ["contacts"]
    assert keys(host) == {(home.id, erp): "11"}
