"""A write the ERP carries out after a later one of ours, as late as a frozen ERP wakes."""

from __future__ import annotations

from connectors.fake.faults import When
from core.sync.errors import InDoubt, Unsent
from core.sync.models import Agreed
from tests.core.sync.merge.shop import Shop
from tests.core.sync.merge.test_lost_answers import lose


def test_a_write_the_erp_does_after_a_later_one_is_no_change_of_its_people(shop: Shop) -> None:
    shop.edit(name="Acme 1")
    lose(shop, InDoubt("no answer"), when=When.BEFORE)  # the ERP still has it in hand
    shop.edit(name="Acme 2")
    shop.make_due()
    shop.sync()
    assert shop.said.name == "Acme 2"
    shop.edit_there(name="Acme 1")  # now it does it
    shop.sync()
    assert shop.held().name == "Acme 2"
    assert shop.conflicts() != []


def test_a_value_the_erp_once_refused_may_be_set_there(shop: Shop) -> None:
    shop.edit(name="Acme 1")
    lose(shop, Unsent("not now"), when=When.BEFORE)
    shop.edit(name="Acme 2")
    shop.make_due()
    shop.sync()
    shop.edit_there(name="Acme 1")
    shop.sync()
    assert (shop.held().name, shop.conflicts()) == ("Acme 1", [])


def test_a_write_with_an_answer_does_not_come_late(shop: Shop) -> None:
    for name in ("Acme 1", "Acme 2"):
        shop.edit(name=name)
        shop.sync()
    assert shop.agreed().late == {}
    shop.edit_there(name="Acme 1")
    shop.sync()
    assert (shop.held().name, shop.conflicts()) == ("Acme 1", [])


def test_after_a_day_no_write_comes_any_more(shop: Shop) -> None:
    shop.edit(name="Acme 1")
    lose(shop, InDoubt("no answer"), when=When.BEFORE)
    shop.edit(name="Acme 2")
    shop.make_due()
    shop.sync()
    with shop.host.write(shop.actor) as work:
        row = work.session.get_one(Agreed, shop.agreed().id)
        row.late = {"name": [["Acme 1", "2026-01-01T00:00:00+00:00"]]}
    shop.edit_there(name="Acme 1")
    shop.sync()
    assert (shop.held().name, shop.conflicts()) == ("Acme 1", [])
