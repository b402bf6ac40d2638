"""Customers at the scripted Dolibarr: created, found, changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.dolibarr.connector import DolibarrSession
from connectors.dolibarr.endpoints.parties import Parties
from core.ids import new_reference
from core.sync.contract import Guarantee, guarantee
from core.sync.documents import Address, ContactPoint, Party
from core.sync.errors import Conflict, InDoubt, NotFound, Rejected
from core.sync.values import Outgoing, Ref
from core.testing.connector_kit import done, endpoint_of
from tests.connectors.dolibarr.server import Dolibarr, Fault

NAME = "บริษัท สยาม Công ty Việt Nguyễn 上海公司 & <Co>"
PARTY = Party(
    company="1",
    name=NAME,
    tax_id="TH123",
    addresses=(
        Address(id="", street="123 ถนนสุขุมวิท", postal_code="10110", city="Bangkok", country="TH"),
    ),
    contact_points=(
        ContactPoint(kind="email", value="ap@example.com"),
        ContactPoint(kind="email", value="second@example.com"),
        ContactPoint(kind="fax", value="no field for it"),
        ContactPoint(kind="phone", value="+6620000000"),
    ),
)


@pytest.fixture
def parties(session: DolibarrSession) -> Parties:
    found = endpoint_of(session, Party)
    assert isinstance(found, Parties)
    return found


def outgoing(document: Party = PARTY) -> Outgoing[Party]:
    return Outgoing(reference=new_reference("C"), document=document)


def test_a_customer_arrives_with_all_we_know_of_it(parties: Parties) -> None:
    assert guarantee(parties) is Guarantee.ONCE_UNLESS_LATE
    item = outgoing()
    ref = done(parties.create([item])[0]).ref
    (seen,) = parties.read([ref.id])
    assert seen.reference == item.reference
    there = replace(PARTY.addresses[0], id=ref.id)
    points = (PARTY.contact_points[0], PARTY.contact_points[3])
    number = f"CU2611-{int(ref.id):05}"
    assert seen.body == replace(PARTY, number=number, addresses=(there,), contact_points=points)


def test_two_customers_of_one_reference_are_both_found(parties: Parties) -> None:
    item = outgoing()
    ids = [done(parties.create([item])[0]).ref.id for _ in range(2)]
    assert [hit.ref.id for hit in parties.find([item.reference])] == ids
    assert parties.find([item.reference.lower(), "it's"]) == []


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (replace(PARTY, name="ก" * 256), "ref"),
        (replace(PARTY, name="bell \x07"), "ref"),
        (replace(PARTY, tax_id="x" * 256), "vat_number"),
        (replace(PARTY, name=""), None),
    ],
)
def test_a_customer_dolibarr_would_not_keep_is_rejected(
    parties: Parties, document: Party, field: str | None
) -> None:
    refused, taken = parties.create([outgoing(document), outgoing()])
    assert isinstance(refused, Rejected)
    assert refused.field == field
    assert done(taken).ref.id


def test_what_we_changed_is_written_and_what_we_do_not_know_is_left(
    dolibarr: Dolibarr, parties: Parties
) -> None:
    ref = done(parties.create([outgoing()])[0]).ref
    row = dolibarr.books.kinds["thirdparties"][int(ref.id)]
    row["url"] = "https://theirs.example.com"
    (now,) = parties.read([ref.id])
    changed = replace(PARTY, name="Siam Ltd", active=False)
    item = Outgoing(reference="C-1", document=changed, ref=now.ref)
    after = done(parties.update([item])[0])
    assert (row["name"], row["status"], row["url"]) == (
        "Siam Ltd",
        "0",
        "https://theirs.example.com",
    )
    assert after.ref == parties.read([ref.id])[0].ref
    dolibarr.calls.clear()
    assert done(parties.update([replace(item, ref=after.ref)])[0]).ref == after.ref
    assert not any(call.startswith("PUT") for call in dolibarr.calls), "nothing had changed"


def test_a_change_over_there_is_a_conflict(dolibarr: Dolibarr, parties: Parties) -> None:
    ref = done(parties.create([outgoing()])[0]).ref
    (now,) = parties.read([ref.id])
    dolibarr.books.kinds["thirdparties"][int(ref.id)]["town"] = "Chiang Mai"  # the same second
    stale = Outgoing(reference="C-1", document=PARTY, ref=now.ref)
    unbound = Outgoing(reference="C-2", document=PARTY)
    gone = Outgoing(reference="C-3", document=PARTY, ref=Ref(id="999"))
    outcomes = parties.update([stale, unbound, gone])
    assert [type(outcome) for outcome in outcomes] == [Conflict, NotFound, NotFound]


def test_a_change_that_was_not_kept_is_rejected(dolibarr: Dolibarr, parties: Parties) -> None:
    ref = done(parties.create([outgoing()])[0]).ref
    dolibarr.calls.clear()
    dolibarr.faults = {2: Fault.PAGE_BEFORE}
    item = Outgoing(reference="C-1", document=replace(PARTY, name="Siam Ltd"), ref=ref)
    assert isinstance(parties.update([item])[0], InDoubt)
