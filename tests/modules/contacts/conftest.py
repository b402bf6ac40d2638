"""A customer with a whole story."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from core.actor import system
from core.clock import utcnow
from core.host import Host
from core.sync.bindings import ConnectionBindings
from core.sync.documents import Address, ContactPoint, Party, PartyKind
from core.sync.exchange import Arrived
from core.sync.models import Connection
from modules.contacts.kinds import PARTY
from modules.contacts.rules import Channel, Direction, Influence, PointKind, RelationKind, Role
from modules.contacts.services import (
    add_contact_point,
    add_interaction,
    add_relation,
    change_party,
    create_party,
    phrase,
    record,
)
from modules.contacts.services.arrivals import receive_parties

BORN_THERE = Party(
    company="1",
    name="Müller & Söhne GmbH",
    kind=PartyKind.ORGANISATION,
    number="C-00017",
    tax_id="DE123456789",
    addresses=(
        Address(id="11", street="Hauptstraße 1", postal_code="10115", city="Berlin", country="DE"),
        Address(id="12", street="Kai 7", postal_code="20457", city="Hamburg", country="DE"),
    ),
    contact_points=(
        ContactPoint(kind="email", value="info@mueller.example"),
        ContactPoint(kind="phone", value="+49 30 1234567"),
    ),
)


@pytest.fixture
def muller(host: Host, company: UUID) -> UUID:
    """Born in the ERP, renamed here, with people, interactions and 30 orders."""
    with host.write(system("Tryton"), source="Tryton") as work:
        erp = Connection(company_id=company, connector="fake", name="Tryton")
        work.session.add(erp)
        work.session.flush()
        bindings = ConnectionBindings(work, erp)
        arrived = Arrived(
            external_id="17", document=BORN_THERE, local_id=None, reference=None, stamp=None
        )
        receive_parties(work, [arrived], bindings)
        key = bindings.locals(PARTY, ["17"])["17"]
    with host.write(system("Mia", company=company)) as work:
        change_party(work, key, {"name": "Müller Holding", "note": "Calls before ten only."})
        add_contact_point(
            work,
            key,
            {"kind": PointKind.WEBSITE, "value": "mueller.example", "label": "Shop"},
        )
        anna = create_party(work, {"name": "Nguyễn Thị Hương", "kind": PartyKind.PERSON}).id
        create_party(work, {"name": "ร้านสมชาย"}, roles=[Role.SUPPLIER, Role.PARTNER])
        add_relation(
            work,
            anna,
            key,
            {
                "kind": RelationKind.BUYS_FOR,
                "title": "Head of purchasing",
                "influence": Influence.HIGH,
            },
        )
        for number in range(30):
            record(
                work,
                key,
                kind="sales.confirmed",
                text=phrase("Order %(number)s confirmed", number=f"SO-{number:02}"),
                happened_at=utcnow() - timedelta(days=number + 1),
            )
        add_interaction(
            work,
            key,
            {
                "channel": Channel.CALL,
                "direction": Direction.IN,
                "text": "Asked for 20 lamps\nuntil Friday",
                "outcome": "Interested",
                "next_step": "Send an offer",
                "next_on": utcnow().date(),
            },
        )
    return key
