"""Our own write comes back, written the ERP's way: it is no change, and nothing goes out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.sync.documents import Party
from tests.core.sync.merge.shop import Shop


def shouting(party: Party) -> Party:
    return replace(party, name=party.name.upper().strip())


def rounding(party: Party) -> Party:
    return replace(party, name=party.name.replace("1.005", "1.01"))


def cutting(party: Party) -> Party:
    return replace(party, name=party.name[:12])


def forgetful(party: Party) -> Party:
    """It keeps neither regions nor a second line, and ends lines its own way."""
    addresses = (
        replace(address, region="", street=address.street.replace("\n", "\r\n"))
        for address in party.addresses
    )
    return replace(party, addresses=tuple(addresses), tax_id=None)


@pytest.mark.parametrize("keeps", [shouting, rounding, cutting, forgetful])
def test_fault_18_nothing_goes_back_and_forth(shop: Shop, keeps: Callable[[Party], Party]) -> None:
    object.__setattr__(shop.erp, "keeps", keeps)
    shop.edit(name="Hương rod 1.005 mm ", tax_id="DE7")
    shop.edit_address(street="Main 1\nBack yard", region="Berlin")
    shop.sync()
    settled, version = shop.sent(), shop.held().version
    for _turn in range(3):
        shop.sync()
    assert (shop.jobs(), shop.sent(), shop.conflicts()) == (0, settled, [])
    assert shop.held().version == version, "and nothing is written here either"
    if keeps is shouting:
        assert (shop.held().name, shop.said.name) == ("Hương rod 1.005 mm", "HƯƠNG ROD 1.005 MM")
    if keeps is forgetful:
        assert shop.held().tax_id == "DE7", "what the ERP does not keep is not lost here"
    if keeps is rounding:
        assert shop.held().name == shop.said.name == "Hương rod 1.01 mm"


def test_fault_18_a_foreign_change_with_our_stamp_is_seen(shop: Shop) -> None:
    """An ERP that stamps by the second: the other change is of the very version we made."""
    shop.edit(name="Acme Holding")
    shop.push()
    row = shop.erp.store.get(Party, shop.there)
    assert row is not None
    shop.edit_there(tax_id="DE9")
    shop.erp.store._run("UPDATE record SET stamp = ? WHERE id = ?", row.stamp.isoformat(), row.id)
    shop.edit(number="x")  # anything that has it read again
    shop.push()
    assert (shop.held().tax_id, shop.held().name) == ("DE9", "Acme Holding")


def test_fault_18_changed_there_between_our_write_and_its_reading(shop: Shop) -> None:
    shop.edit(name="Acme Holding")
    shop.push()
    shop.edit_there(name="Acme AG")
    shop.pull()
    assert (shop.held().name, shop.conflicts(), shop.jobs()) == ("Acme AG", [], 0)
