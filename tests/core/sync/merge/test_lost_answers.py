"""Writes whose answer was lost: our own value is never taken for somebody else's change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.fake.faults import Fault, When
from core.sync.errors import InDoubt, Unsent
from core.sync.models import Keep
from tests.core.sync.merge.shop import Shop


def lose(shop: Shop, error: BaseException, *, when: When, verb: str = "upsert") -> None:
    """One push in which every such call goes wrong."""
    shop.erp.faults.script.append(Fault(error=error, verb=verb, call=None, when=when))
    shop.push()
    shop.erp.faults.script.clear()


def lose_the_answer(shop: Shop) -> None:
    lose(shop, InDoubt("no answer"), when=When.AFTER)


def both_say(shop: Shop, name: str) -> bool:
    return (shop.said.name, shop.held().name) == (name, name)


def settled(shop: Shop) -> bool:
    return (shop.conflicts(), shop.jobs(), shop.agreed().carried) == ([], 0, {})


def test_a_change_after_a_lost_answer_goes_there(shop: Shop) -> None:
    shop.edit(name="Acme 1")
    lose_the_answer(shop)
    shop.edit(name="Acme 2")
    shop.pull()  # another reader may be the first to see our own write
    assert shop.conflicts() == []
    shop.make_due()
    shop.sync()
    assert both_say(shop, "Acme 2")
    assert settled(shop)


def test_what_was_changed_back_after_a_lost_answer_is_put_back_there(shop: Shop) -> None:
    shop.edit(name="Acme 1")
    lose_the_answer(shop)
    shop.edit(name="Acme")
    shop.make_due()
    shop.sync()
    assert both_say(shop, "Acme")
    assert settled(shop)


def test_any_of_several_lost_writes_may_be_the_one_that_arrived(shop: Shop) -> None:
    shop.edit(name="Acme 1")
    lose(shop, InDoubt("no answer"), when=When.BEFORE)
    shop.edit(name="Acme 2")
    lose(shop, InDoubt("the line went dead"), when=When.BEFORE)
    shop.edit(name="Acme 3")
    assert (shop.said.name, shop.agreed().carried) == ("Acme", {"name": ["Acme 1", "Acme 2"]})
    shop.edit_there(name="Acme 1")  # the ERP comes to the first, which nobody waits for any more
    shop.make_due()
    shop.sync()
    assert both_say(shop, "Acme 3")
    assert settled(shop)


def test_another_field_changed_there_is_taken_beside_a_lost_answer(shop: Shop) -> None:
    shop.edit(name="Acme 1")
    lose_the_answer(shop)
    shop.edit_there(tax_id="DE2")
    shop.edit(name="Acme 2")
    shop.make_due()
    shop.sync()
    assert both_say(shop, "Acme 2")
    assert (shop.held().tax_id, shop.said.tax_id) == ("DE2", "DE2")
    assert settled(shop)


def test_a_change_there_over_what_arrived_is_asked(shop: Shop) -> None:
    shop.edit(name="Acme 1")
    lose_the_answer(shop)
    shop.edit_there(name="Somebody else")
    shop.edit(name="Acme 2")
    shop.make_due()
    shop.sync()
    assert shop.conflicts() == [("name", "Acme 2", "Somebody else")]
    shop.resolve(Keep.OURS)
    shop.sync()
    assert both_say(shop, "Acme 2")
    assert settled(shop)


def test_a_write_that_never_left_is_not_agreed_on(shop: Shop) -> None:
    """The sender dies after it has noted what it is about to send: nothing was written there."""
    shop.edit(name="Acme 1")
    shop.edit_address(street="Main 2")
    with pytest.raises(SystemExit):
        lose(shop, SystemExit(), when=When.BEFORE)
    shop.erp.faults.script.clear()
    assert set(shop.agreed().carried) == {"name", "addresses.11"}
    home = shop.said.addresses[0]
    shop.edit_there(addresses=(replace(home, city=""),))  # what they emptied is theirs, not an echo
    shop.pull()
    assert (shop.said.name, shop.held().name) == ("Acme", "Acme 1")
    shop.make_due()
    shop.sync()
    assert both_say(shop, "Acme 1")
    assert [field for field, _ours, _theirs in shop.conflicts()] == ["addresses.11"]


def test_a_change_after_a_write_that_was_not_read_back_goes_there(shop: Shop) -> None:
    shop.edit(name="Acme 1")
    shop.erp.faults.calls.clear()
    shop.erp.faults.script.append(Fault(error=Unsent("the line went dead"), verb="read", call=2))
    shop.push()
    shop.erp.faults.script.clear()
    assert shop.agreed().awaited == ["name"]
    shop.edit(name="Acme 2")
    shop.make_due()
    shop.sync()
    assert both_say(shop, "Acme 2")
    assert settled(shop)
