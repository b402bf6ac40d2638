"""The ERP has one reference twice: the record stops, both ids are named, nothing more is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.fake.faults import When
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import InDoubt
from core.sync.models import OutboxState
from tests.core.sync.outbound import Trial
from tests.core.sync.ways import Case


@pytest.mark.parametrize("way", ["drafts", "creates"])
def test_fault_30_two_firm_hits_stop_the_record(there: Trial, way: str) -> None:
    case = Case(there, way)
    case.connect()
    assert case.party is not None
    order = there.order(case.party, "SO-2")
    verb = "draft" if way == "drafts" else "create"
    there.fail(InDoubt("no answer"), verb=verb, when=When.AFTER, call=1)
    case.push()
    (row,) = there.erp.store.referring(SalesOrder, [there.reference(order)])
    for key in ("SO00071", "SO00072"):
        there.erp.store.put(
            key, replace(row.body, state=DocumentState.CONFIRMED), reference=there.reference(order)
        )
    there.erp.store.delete(SalesOrder, row.id)
    calls = len(there.over_there())
    for _ in range(3):
        there.later()
        case.push()
    assert there.state(order) == "stopped"
    assert "SO00071, SO00072" in there.link(order).message
    assert there.link(order).external_id is None, "neither is bound"
    assert len(there.over_there()) == calls
    (stopped,) = [row for row in there.rows() if row.state is OutboxState.STOPPED]
    assert stopped.error == "sync.stopped"
    assert there.told(order) == "stopped"
