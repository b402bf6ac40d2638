"""Records on their way out: what becomes of each, and what people see of it."""

from __future__ import annotations

import pytest

from core.sync.documents import DocumentState


def test_an_order_and_its_new_customer_arrive_once(connected) -> None:
    order = connected.order(connected.party())
    connected.push()
    link = connected.link(order)
    assert connected.state(order) == "confirmed"
    assert connected.over_there() == [(link.reference, DocumentState.CONFIRMED)]
