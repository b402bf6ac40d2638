"""What is found over there under our reference: ours, a stray, or for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from connectors.fake.demo import CURRENCY
from connectors.fake.erp import Erp
from connectors.fake.orders import Orders
from core.clock import utcnow
from core.money import Money
from core.quantity import Quantity
from core.sync.documents import DocumentState, Party, SalesOrder, SalesOrderLine
from core.sync.errors import InDoubt
from core.sync.values import Found
from tests.core.sync.outbound import Trial

CONFIRMED, DRAFT = DocumentState.CONFIRMED, DocumentState.DRAFT


def hold_at_doubt(there: Trial) -> tuple[UUID, str]:
    """An order whose draft is in doubt and never arrived; its reference."""
    order = there.order(there.party())
    there.fail(InDoubt("HTTP 502"), verb="draft", call=1)
    there.push()
    there.mend()
    return order, there.reference(order)


def put(
    erp: Erp,
    key: str,
    reference: str,
    *,
    net: str = "21.00",
    state: DocumentState = DRAFT,
    customer: str | None = None,
) -> None:
    """An order with our reference, as somebody left it over there."""
    party = next(row.id for row in erp.store.all(Party) if row.body.name == "Nordlicht")
    like = next(iter(erp.store.all(SalesOrder)), None)
    body = like.body if like else _order(party)
    net_money = replace(body.net, amount=Decimal(net))
    found = replace(
        body, customer=customer or party, net=net_money, state=state, reference=reference
    )
    erp.store.put(key, found, reference=reference)


def _order(customer: str) -> SalesOrder:
    line = SalesOrderLine(
        product="CHAIR-01",
        quantity=Quantity(Decimal(2), "C62"),
        unit_price=Money(Decimal("10.50"), CURRENCY),
    )
    return SalesOrder(
        company="1",
        customer=customer,
        lines=(line,),
        net=Money(Decimal(21), CURRENCY),
        ordered_on=utcnow().date(),
    )


def test_of_several_drafts_the_oldest_is_adopted_and_the_others_are_discarded(
    connected: Trial,
) -> None:
    order, reference = hold_at_doubt(connected)
    for key in ("SO10", "SO9", "SO11"):
        put(connected.erp, key, reference)
    connected.push()
    assert connected.external_id(order) == "SO9"
    assert connected.over_there() == [(reference, CONFIRMED)]


def test_one_past_draft_wins_over_older_drafts(connected: Trial) -> None:
    order, reference = hold_at_doubt(connected)
    put(connected.erp, "SO1", reference)
    put(connected.erp, "SO2", reference, state=CONFIRMED)
    connected.push()
    assert connected.external_id(order) == "SO2"
    assert connected.over_there() == [(reference, CONFIRMED)]


def test_two_past_draft_stop_the_record(connected: Trial) -> None:
    order, reference = hold_at_doubt(connected)
    for key in ("SO1", "SO2"):
        put(connected.erp, key, reference, state=CONFIRMED)
    connected.push()
    assert connected.state(order) == "stopped"
    assert "SO1, SO2" in connected.link(order).message


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"net": "21.02"}, "21.02"),
        ({"customer": "P00002"}, "another customer"),
        ({"state": DocumentState.CANCELLED}, "cancelled"),
    ],
)
def test_what_is_not_what_we_sent_is_not_adopted(
    connected: Trial, values: dict[str, Any], words: str
) -> None:
    order, reference = hold_at_doubt(connected)
    put(connected.erp, "SO1", reference, **values)
    connected.push()
    assert connected.state(order) == "stopped"
    assert words in connected.link(order).message
    assert [state for _, state in connected.over_there()] == [values.get("state", DRAFT)]


def test_a_cent_of_rounding_is_no_difference(connected: Trial) -> None:
    order, reference = hold_at_doubt(connected)
    put(connected.erp, "SO1", reference, net="21.01")
    connected.push()
    assert connected.state(order) == "confirmed"


def test_a_difference_stops_confirmation_and_leaves_the_draft(
    connected: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ERP takes the draft and computes another total of it."""
    found = Orders.find

    def dearer(self: Orders, references: Sequence[str]) -> list[Found]:
        return [replace(hit, net=hit.net + hit.net) for hit in found(self, references)]

    monkeypatch.setattr(Orders, "find", dearer)
    order = connected.order(connected.party())
    connected.push()
    assert connected.state(order) == "stopped"
    assert connected.external_id(order) == "SO00001"
    assert connected.over_there() == [(connected.reference(order), DRAFT)]
