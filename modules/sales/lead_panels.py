"""What selling shows on pages of others before there is an order."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from core.api.listing import ListQuery, page
from core.work import UnitOfWork
from modules.sales.lead_words import OPPORTUNITY_STATES
from modules.sales.services.lead_lists import OPPORTUNITIES

_SHOWN = 8


def customer_opportunities(customer_id: UUID, work: UnitOfWork) -> str:
    """The latest of a customer, and the way to all of them and to a new one."""
    which = {"party_id": str(customer_id)}
    found = page(work, OPPORTUNITIES, ListQuery(limit=_SHOWN, filters=which))
    return render_template(
        "sales/opportunities.html",
        rows=found.rows,
        more=found.next is not None,
        which=which,
        chips=OPPORTUNITY_STATES,
    )
