"""One record is refused: it stands with its reason, and the rest of its list goes on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.fake.orders import Orders
from core.sync import outbox
from core.sync.documents import DocumentState, SalesOrder
from core.sync.errors import Rejected
from core.sync.models import OutboxState
from core.sync.values import Outcome, Outgoing
from core.testing import trial
from tests.core.sync.outbound import Trial
from tests.core.sync.ways import WAYS, Case

BAD = "NOT-THERE"


@pytest.mark.parametrize("way", WAYS)
def test_fault_10_one_of_a_list_is_refused_and_the_rest_goes_on(there: Trial, way: str) -> None:
    case = Case(there, way)
    case.connect()
    assert case.party is not None
    skus = ("CHAIR-01", BAD, "LAMP-02", BAD, "RUG-04")
    orders = [there.order(case.party, f"SO-{n}", sku=sku) for n, sku in enumerate(skus)]
    case.push()
    states = [there.state(order) for order in orders]
    assert states == ["confirmed", "rejected", "confirmed", "rejected", "confirmed"]
    link = there.link(orders[1])
    assert (link.message, link.field) == (f"there is no product {BAD}", "lines")
    there.later()
    case.push()
    assert there.state(orders[1]) == "rejected", "never tried again by itself"


@pytest.mark.parametrize("bad", [0, 3, 6])
def test_fault_10_a_list_refused_as_a_whole_is_halved_to_the_record_at_fault(
    connected: Trial, monkeypatch: pytest.MonkeyPatch, bad: int
) -> None:
    """As an ERP does that carries a list out in one transaction."""
    draft = Orders.draft

    def all_or_nothing(self: Orders, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        if any(line.product == BAD for item in items for line in item.document.lines):
            raise Rejected("there is an unknown product")
        return draft(self, items)

    monkeypatch.setattr(Orders, "draft", all_or_nothing)
    party = connected.party()
    skus = [BAD if n == bad else "CHAIR-01" for n in range(7)]
    orders = [connected.order(party, f"SO-{n}", sku=sku) for n, sku in enumerate(skus)]
    connected.push()
    wanted = ["rejected" if n == bad else "confirmed" for n in range(7)]
    assert [connected.state(order) for order in orders] == wanted
    good = sorted(connected.reference(order) for n, order in enumerate(orders) if n != bad)
    assert connected.over_there() == [(one, DocumentState.CONFIRMED) for one in good]


def test_fault_10_mended_and_sent_again_it_arrives_once(connected: Trial) -> None:
    order = connected.order(connected.party(), sku=BAD)
    connected.push()
    with connected.host.write(connected.actor) as work:
        work.session.get_one(trial.TrialOrder, order).sku = "CHAIR-01"
    (row,) = [row for row in connected.rows() if row.state is OutboxState.STOPPED]
    with connected.host.write(connected.actor) as work:
        outbox.retry(work, row.id)
    connected.push()
    assert connected.over_there() == [(connected.reference(order), DocumentState.CONFIRMED)]
