"""An order is gone in the ERP: nothing makes it a second time by itself."""

from __future__ import annotations

import pytest

from core.sync import outbox
from core.sync.documents import SalesOrder
from core.sync.errors import Unsent
from core.testing import trial
from tests.core.sync.outbound import Trial
from tests.core.sync.ways import Case


def test_fault_11_a_draft_deleted_before_it_was_firm_is_not_made_again(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(Unsent("away"), verb="confirm", call=1)
    connected.push()
    connected.erp.store.delete(SalesOrder, connected.external_id(order))
    for _ in range(3):
        connected.later()
        connected.push()
    assert connected.over_there() == []
    assert connected.state(order) == "stopped"
    assert "no longer in the ERP" in connected.link(order).message


@pytest.mark.parametrize("way", ["drafts", "upserts", "creates"])
@pytest.mark.parametrize("verb", ["cancel", "change"])
def test_fault_11_a_request_for_what_is_gone_makes_nothing(
    there: Trial, way: str, verb: str
) -> None:
    case = Case(there, way)
    case.connect()
    order = case.firm()
    before = len(there.over_there())
    there.erp.store.delete(SalesOrder, there.external_id(order))
    if verb == "cancel":
        there.ask_cancel(order)
    else:
        there.ask_pieces(order, 5)
    for _ in range(3):
        case.push()
        there.later()
    assert len(there.over_there()) == before - 1
    assert there.asked(order) == "stopped"
    assert "no longer has it" in there.requests(order)[0].message


def test_fault_11_a_persons_retry_does_not_make_it_again_either(connected: Trial) -> None:
    order = connected.order(connected.party())
    connected.fail(Unsent("away"), verb="confirm", call=1)
    connected.push()
    connected.erp.store.delete(SalesOrder, connected.external_id(order))
    connected.later()
    connected.push()
    with connected.host.write(connected.actor) as work:
        outbox.send(work, trial.ORDER, order, company_id=connected.company, number="SO-1")
    connected.push()
    assert connected.over_there() == []
    assert connected.state(order) == "stopped"
