"""Taken back before it left, or changed while it was on its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from connectors.fake.faults import When
from connectors.fake.parties import Parties
from core.errors import RuleBroken
from core.sync import outbox
from core.sync.documents import DocumentState, Party
from core.sync.errors import InDoubt
from core.sync.values import Outcome, Outgoing
from core.testing import trial
from tests.core.sync.outbound import Trial

CONFIRMED, DRAFT = DocumentState.CONFIRMED, DocumentState.DRAFT


def test_an_order_is_taken_back_before_it_left(there: Trial) -> None:
    order = there.order(there.party())
    with there.host.write(there.actor) as work:
        outbox.withdraw(work, trial.ORDER, order)
    there.connect()
    there.push()
    assert there.state(order) is None
    assert there.over_there() == []


@pytest.mark.parametrize("when", list(When))
def test_an_order_that_may_have_left_is_not_taken_back(connected: Trial, when: When) -> None:
    order = connected.order(connected.party())
    connected.fail(InDoubt("no answer"), verb="draft", when=when)
    connected.push()
    with (
        connected.host.write(connected.actor) as work,
        pytest.raises(RuleBroken, match="no longer be taken back"),
    ):
        outbox.withdraw(work, trial.ORDER, order)


def test_what_the_erp_refused_can_be_taken_back_and_sent_again(connected: Trial) -> None:
    order = connected.order(connected.party(), sku="NOT-THERE")
    connected.push()
    reference = connected.reference(order)
    with connected.host.write(connected.actor) as work:
        outbox.withdraw(work, trial.ORDER, order)
    assert connected.state(order) is None
    with connected.host.write(connected.actor) as work:
        work.session.get_one(trial.TrialOrder, order).sku = "LAMP-02"
        outbox.send(work, trial.ORDER, order, company_id=connected.company, number="SO-1")
    connected.push()
    assert connected.over_there() == [(reference, CONFIRMED)]


def test_changes_of_one_record_before_it_leaves_are_one(connected: Trial) -> None:
    party = connected.party()
    for _ in range(3):
        with connected.host.write(connected.actor) as work:
            outbox.send(work, trial.PARTY, party.id, company_id=connected.company, number="P")
    assert len(connected.rows()) == 1
    connected.push()
    assert connected.erp.faults.calls.count("upsert") == 1


def test_a_change_while_a_record_is_under_way_follows_it(
    connected: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = connected.party("before")

    def rename_and_send() -> None:
        with connected.host.write(connected.actor) as work:
            work.session.get_one(trial.TrialParty, party.id).name = "after"
            outbox.send(work, trial.PARTY, party.id, company_id=connected.company, number="P")

    with connected.host.write(connected.actor) as work:
        outbox.send(work, trial.PARTY, party.id, company_id=connected.company, number="P")
    whole = Parties.upsert

    def while_it_changes(self: Parties, items: Sequence[Outgoing[Any]]) -> list[Outcome]:
        monkeypatch.undo()
        outcomes = whole(self, items)
        rename_and_send()
        return outcomes

    monkeypatch.setattr(Parties, "upsert", while_it_changes)
    connected.push()
    sent = [row.body.name for row in connected.erp.store.all(Party)]
    assert sent.count("after") == 1
    assert sent.count("before") == 0
    assert {row.state for row in connected.rows()} == {"done"}
