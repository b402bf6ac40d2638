"""Edits on both sides between two readings: the same field, other fields, lists."""

from __future__ import annotations

from dataclasses import replace

from core.sync.documents import ContactPoint
from core.sync.models import Keep
from modules.contacts import services
from tests.core.sync.merge.shop import ACME, Shop


def test_fault_19_fields_go_where_they_belong(shop: Shop) -> None:
    """One row after the other on the same party: who changed what, and what both say then."""
    ours, theirs = ("ours", "theirs")
    rows: list[tuple[dict[str, str], dict[str, str], dict[str, str]]] = [
        ({}, {}, {}),
        ({"name": "A1"}, {}, {"name": "A1"}),
        ({}, {"name": "A2"}, {"name": "A2"}),
        ({"name": "A3"}, {"name": "A3"}, {"name": "A3"}),
        ({"name": "A4"}, {"tax_id": "T4"}, {"name": "A4", "tax_id": "T4"}),
        ({"tax_id": "T5"}, {"name": "A5"}, {"name": "A5", "tax_id": "T5"}),
        ({"number": "N6"}, {}, {"number": "17"}),  # its number is the ERP's
        ({"number": "N7"}, {"number": "18"}, {"number": "18"}),
    ]
    for here, there, wanted in rows:
        if here:
            shop.edit(**here)
        if there:
            shop.edit_there(**there)
        shop.sync()
        for name, value in wanted.items():
            held = {ours: getattr(shop.held(), name), theirs: getattr(shop.said, name)}
            assert held == {ours: value, theirs: value}, (here, there)
        assert (shop.conflicts(), shop.jobs()) == ([], 0), (here, there)


def test_fault_19_a_field_the_erp_never_spoke_of_goes_there_too(shop: Shop) -> None:
    shop.edit_there(tax_id=None)
    shop.erp.store.put("P18", replace(ACME, name="Beta", number="18", tax_id=None))
    shop.pull()
    shop.there, shop.key = "P18", shop.key_of("P18")
    shop.edit(name="Beta Ltd", tax_id="DE8")
    shop.edit_there(name="Beta AG")
    shop.sync()
    assert (shop.said.tax_id, shop.said.name) == ("DE8", "Beta AG")
    assert [field for field, _ours, _theirs in shop.conflicts()] == ["name"]


def test_fault_19_an_address_is_asked_as_a_whole(shop: Shop) -> None:
    home = ACME.addresses[0]
    shop.edit_address(street="Main 2")
    shop.edit_there(addresses=(replace(home, city="Bonn"),))
    shop.sync()
    (asked,) = shop.conflicts()
    assert (asked[0], asked[1]["street"], asked[2]["city"]) == ("addresses.11", "Main 2", "Bonn")
    assert [(a.street, a.city) for a in shop.said.addresses] == [("Main 1", "Bonn")]
    shop.resolve(Keep.OURS)
    shop.sync()
    assert [(a.street, a.city) for a in shop.said.addresses] == [("Main 2", "Berlin")]
    assert (shop.conflicts(), shop.jobs()) == ([], 0)


def test_fault_19_lists_gain_what_either_side_adds(shop: Shop) -> None:
    with shop.host.write(shop.actor) as work:
        services.add_contact_point(work, shop.key, {"kind": "phone", "value": "030 1"})  # type: ignore[typeddict-item]  # as a form sends it
        services.add_address(work, shop.key, {"city": "Hamburg"})
    mail = ContactPoint(kind="email", value="second@acme.example")
    shop.edit_there(contact_points=(*ACME.contact_points, mail))
    shop.sync()
    assert {point.value for point in shop.said.contact_points} == {
        "info@acme.example",
        "second@acme.example",
        "030 1",
    }
    assert sorted(address.city for address in shop.said.addresses) == ["Berlin", "Hamburg"]
    before = shop.sent()
    shop.sync()
    assert (shop.conflicts(), shop.jobs(), shop.sent()) == ([], 0, before)
    assert all(address.id for address in shop.said.addresses)


def test_fault_19_a_conflict_ends_when_both_come_to_say_the_same(shop: Shop) -> None:
    shop.edit(name="Acme Holding")
    shop.edit_there(name="Acme AG")
    shop.sync()
    assert len(shop.conflicts()) == 1
    shop.edit_there(name="Acme Holding")
    shop.sync()
    assert (shop.conflicts(), shop.held().name) == ([], "Acme Holding")


def test_fault_19_a_change_taken_back_ends_the_conflict(shop: Shop) -> None:
    shop.edit(name="Acme Holding")
    shop.edit_there(name="Acme AG")
    shop.sync()
    shop.edit_there(name="Acme")  # as both had agreed: ours is the only change, and goes
    shop.sync()
    assert (shop.conflicts(), shop.said.name, shop.jobs()) == ([], "Acme Holding", 0)
