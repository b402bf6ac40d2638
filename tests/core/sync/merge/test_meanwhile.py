"""What comes to be decided while a push of the same record is under way."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.fake.faults import Fault
from connectors.fake.parties import Parties
from core.sync.documents import Party
from core.sync.errors import Unsent
from core.sync.values import Outcome, Outgoing
from tests.core.sync.merge.shop import Shop


def test_a_field_that_is_no_longer_asked_goes_there_after_the_push_that_left_without_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.edit(name="Acme Holding")
    shop.edit_there(name="Acme AG")
    shop.sync()
    assert shop.conflicts() == [("name", "Acme Holding", "Acme AG")]
    write = Parties.upsert

    def write_and_meanwhile(parties: Parties, items: Sequence[Outgoing[Party]]) -> list[Outcome]:
        done = write(parties, items)
        monkeypatch.setattr(Parties, "upsert", write)
        shop.edit_there(name="Acme")  # they take theirs back, and another process reads it
        shop.pull()
        line_is_dead = Fault(error=Unsent("the line went dead"), verb="read", call=None)
        shop.erp.faults.script.append(line_is_dead)  # what was written is not read back
        return done

    monkeypatch.setattr(Parties, "upsert", write_and_meanwhile)
    shop.edit(tax_id="DE3")
    shop.push()
    shop.erp.faults.script.clear()
    shop.make_due()
    shop.sync()
    assert (shop.said.name, shop.said.tax_id) == ("Acme Holding", "DE3")
    assert (shop.held().name, shop.conflicts(), shop.jobs()) == ("Acme Holding", [], 0)


def test_a_push_that_merges_sends_once(shop: Shop) -> None:
    shop.edit(name="Acme Holding")
    shop.edit_there(tax_id="DE2")
    shop.sync()
    assert (shop.said.name, shop.sent()) == ("Acme Holding", 1)
