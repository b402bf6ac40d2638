"""What the ERP rejects stops alone and names what is wrong, and goes on once it is mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from connectors.fake.orders import Orders
from core.errors import RuleBroken
from core.sync import outbox
from core.sync.documents import DocumentState
from core.sync.errors import Rejected
from core.sync.values import Outcome, Outgoing
from core.testing import trial
from tests.core.sync.outbound import Trial


def test_one_rejected_order_holds_up_no_other(connected: Trial) -> None:
    party = connected.party()
    good = connected.order(party, "SO-1")
    bad = connected.order(party, "SO-2", sku="NOT-THERE")
    connected.push()
    assert connected.state(good) == "confirmed"
    assert connected.state(bad) == "rejected"
    assert connected.link(bad).message == "there is no product NOT-THERE"
    assert connected.link(bad).field == "lines"


def test_a_list_that_is_rejected_as_a_whole_is_halved_to_the_one_at_fault(
    connected: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Orders.draft

    def all_or_nothing(self: Orders, items: Sequence[Outgoing[Any]]) -> list[Outcome]:
        for item in items:
            if item.document.lines[0].product == "NOT-THERE":
                self.erp.faults.calls.append("draft refused")
                raise Rejected("one of these has no product")
        return whole(self, items)

    monkeypatch.setattr(Orders, "draft", all_or_nothing)
    good = connected.orders(8)
    bad = connected.order(connected.party(), "SO-9", sku="NOT-THERE")
    connected.push()
    assert {connected.state(order) for order in good} == {"confirmed"}
    assert connected.state(bad) == "rejected"
    assert connected.erp.faults.calls.count("draft refused") <= 5


def test_an_order_with_a_product_the_erp_does_not_know_stops_and_names_it(connected: Trial) -> None:
    party = connected.party()
    bad = connected.order(party, "SO-1", sku="UNKNOWN")
    good = connected.order(party, "SO-2")
    connected.push()
    assert connected.state(bad) == connected.told(bad) == "stopped"
    assert "product UNKNOWN" in connected.link(bad).message
    assert connected.state(good) == "confirmed"


def test_a_person_mends_the_record_and_retries(connected: Trial) -> None:
    order = connected.order(connected.party(), sku="NOT-THERE")
    connected.push()
    reference = connected.reference(order)
    with connected.host.write(connected.actor) as work:
        work.session.get_one(trial.TrialOrder, order).sku = "LAMP-02"
        (row,) = [row for row in connected.rows() if row.state == "stopped"]
        outbox.retry(work, row.id)
    connected.push()
    assert connected.state(order) == "confirmed"
    assert connected.over_there() == [(reference, DocumentState.CONFIRMED)]


def test_only_what_stopped_can_be_retried(connected: Trial) -> None:
    connected.order(connected.party())
    connected.push()
    with connected.host.write(connected.actor) as work, pytest.raises(RuleBroken):
        outbox.retry(work, connected.rows()[0].id)


def test_an_order_waits_for_a_customer_the_erp_refuses(connected: Trial) -> None:
    party = connected.party(name=" ")
    order = connected.order(party)
    connected.push()
    assert connected.state(party.id, trial.PARTY) == "rejected"
    assert connected.state(order) == "waiting"
    later = connected.order(party, "SO-2")
    connected.push()
    assert "a party needs a name" in connected.link(later).message
    with connected.host.write(connected.actor) as work:
        work.session.get_one(trial.TrialParty, party.id).name = "Somebody"
        (row,) = [row for row in connected.rows() if row.state == "stopped"]
        outbox.retry(work, row.id)
    connected.push()
    connected.push()
    assert connected.state(order) == connected.state(later) == "confirmed"
