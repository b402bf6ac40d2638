"""Two ERPs with the same ids and even the same reference texts: nothing is ever crossed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import populate
from connectors.fake.erp import Erp
from connectors.fake.faults import Fault, When
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import InDoubt
from core.sync.inline import InlineContext
from core.sync.models import Binding
from core.sync.outbox import send_through
from core.sync.push.strays import sweep_strays
from core.testing import trial
from tests.core.sync.outbound import Trial


@pytest.fixture
def erps(there: Trial, tmp_path: Path) -> dict[UUID, Erp]:
    """By connection; both number their orders SO00001, SO00002 ..."""
    found: dict[UUID, Erp] = {}
    for name in ("north", "south"):
        folder = str(tmp_path / name)
        erp = FakeConnector.in_folder(folder)
        populate(erp.store)
        found[there.connect(name, path=folder)] = erp
    return found


def send_to(there: Trial, connection_id: UUID, number: str, pieces: int) -> UUID:
    """An order that goes through a connection of one's choice."""
    party = there.party(f"Customer of {number}")
    with there.host.write(there.actor) as work:
        order = trial.TrialOrder(
            company_id=there.company,
            number=number,
            party_id=party.id,
            sku="CHAIR-01",
            pieces=Decimal(pieces),
            price=Decimal(10),
        )
        work.session.add(order)
        work.session.flush()
        record = (trial.ORDER, order.id)
        send_through(work, connection_id, record, company_id=there.company, number=number)
        return order.id


def bindings(there: Trial, order: UUID) -> list[Binding]:
    with there.host.read(there.actor) as work:
        return list(work.session.scalars(select(Binding).where(Binding.local_id == order)))


def orders_at(erp: Erp) -> list[tuple[str, str, DocumentState]]:
    rows = erp.store.all(SalesOrder)
    return sorted((row.id, row.reference, row.body.state) for row in rows)


def test_fault_29_same_ids_stay_with_their_connection(there: Trial, erps: dict[UUID, Erp]) -> None:
    (north, south) = erps
    one, two = send_to(there, north, "SO-1", 1), send_to(there, south, "SO-1", 7)
    there.push()
    for order, connection_id, pieces in ((one, north, 1), (two, south, 7)):
        (binding,) = bindings(there, order)
        assert (binding.connection_id, binding.external_id) == (connection_id, "SO00001")
        (row,) = erps[connection_id].store.all(SalesOrder)
        assert row.reference == binding.reference
        assert row.body.lines[0].quantity.amount == pieces


def test_fault_29_a_look_for_one_never_adopts_the_others(
    there: Trial, erps: dict[UUID, Erp]
) -> None:
    """The south has a firm order that carries the north's reference, with the very same content."""
    (north, south) = erps
    order = send_to(there, north, "SO-1", 1)
    erps[north].faults.script[:] = [Fault(error=InDoubt("no answer"), verb="draft")]
    there.push()
    erps[north].faults.script.clear()
    reference = bindings(there, order)[0].reference or ""
    other = send_to(there, south, "SO-2", 1)
    there.push()
    (theirs,) = erps[south].store.all(SalesOrder)
    erps[south].store.put("SO00099", theirs.body, reference=reference)
    there.make_due()
    there.push()
    assert orders_at(erps[north]) == [("SO00001", reference, DocumentState.CONFIRMED)]
    assert bindings(there, order)[0].external_id == "SO00001"
    assert bindings(there, other)[0].external_id == theirs.id
    assert len(orders_at(erps[south])) == 2, "what is not ours there is left alone"


def test_fault_29_the_sweep_of_one_leaves_the_others_drafts_alone(
    there: Trial, erps: dict[UUID, Erp]
) -> None:
    (north, south) = erps
    order = send_to(there, north, "SO-1", 1)
    erps[north].faults.script[:] = [
        Fault(error=InDoubt("no answer"), verb="draft", when=When.AFTER)
    ]
    there.push()
    erps[north].faults.script.clear()
    there.make_due()
    there.push()
    binding = bindings(there, order)[0]
    (row,) = erps[north].store.all(SalesOrder)
    for erp in erps.values():
        draft = replace(row.body, state=DocumentState.DRAFT)
        erp.store.put("SO00050", draft, reference=binding.reference or "")
    for connection_id in (north, south):
        args = {"connection": str(connection_id), "kind": trial.ORDER}
        sweep_strays(InlineContext(there.host, there.actor), args)
    assert [key for key, *_ in orders_at(erps[north])] == ["SO00001"]
    assert [key for key, *_ in orders_at(erps[south])] == ["SO00050"], "nobody sent it there"
