"""What the people at the ERP do with an order: ship it, bill it, take the money."""

from __future__ import annotations

from enum import StrEnum

from core.sync.contract import DemoErp


class Step(StrEnum):
    SHIP = "ship"
    INVOICE = "invoice"
    PAY = "pay"


def act(erp: DemoErp, step: Step, reference: str) -> str:
    """Talks to the ERP; answers what was done, in its words."""
    match step:
        case Step.SHIP:
            return erp.ship(reference)
        case Step.INVOICE:
            return erp.invoice(reference)
        case Step.PAY:
            return erp.pay(reference)
