"""A party both sides change: who gets what, what is asked, what is said to whom."""

from __future__ import annotations

from core.sync.models import Keep
from tests.core.sync.merge.shop import Shop


def test_a_change_here_goes_to_the_erp_and_is_not_a_change_when_it_comes_back(shop: Shop) -> None:
    shop.edit(name="Acme Holding")
    shop.sync()
    assert (shop.said.name, shop.held().name) == ("Acme Holding", "Acme Holding")
    assert (shop.jobs(), shop.sent(), shop.conflicts()) == (0, 1, [])
    assert shop.agreed().awaited == []


def test_different_fields_go_both_ways_at_once(shop: Shop) -> None:
    shop.edit(name="Acme Holding")
    shop.edit_there(tax_id="DE2")
    shop.sync()
    assert (shop.said.name, shop.said.tax_id) == ("Acme Holding", "DE2")
    assert (shop.held().name, shop.held().tax_id) == ("Acme Holding", "DE2")
    assert shop.conflicts() == []


def test_one_field_is_asked_and_the_others_go_on(shop: Shop) -> None:
    shop.edit(name="Acme Holding", tax_id="DE3")
    shop.edit_there(name="Acme AG")
    shop.sync()
    assert shop.conflicts() == [("name", "Acme Holding", "Acme AG")]
    assert (shop.said.name, shop.said.tax_id) == ("Acme AG", "DE3")
    assert shop.held().name == "Acme Holding"
    assert shop.conflict().ours_by == "Mia"


def test_ours_is_chosen(shop: Shop) -> None:
    shop.edit(name="Acme Holding")
    shop.edit_there(name="Acme AG")
    shop.sync()
    shop.resolve(Keep.OURS)
    shop.sync()
    assert (shop.said.name, shop.held().name) == ("Acme Holding", "Acme Holding")
    assert (shop.conflicts(), shop.jobs()) == ([], 0)
    assert shop.history("name")[-2:] == [
        ("Acme Holding", "Acme AG", "back office"),
        ("Acme AG", "Acme Holding", "tandem"),
    ]


def test_theirs_is_chosen(shop: Shop) -> None:
    shop.edit(name="Acme Holding")
    shop.edit_there(name="Acme AG")
    shop.sync()
    shop.resolve(Keep.THEIRS)
    shop.sync()
    assert (shop.said.name, shop.held().name) == ("Acme AG", "Acme AG")
    assert (shop.conflicts(), shop.jobs()) == ([], 0)
