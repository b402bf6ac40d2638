"""What the portal shows on the customer's page."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from core.work import UnitOfWork
from modules.portal.services.accounts import accounts_of


def customer_accounts(party_id: UUID, work: UnitOfWork) -> str:
    """Who of this customer may sign in, and the form to invite somebody."""
    return render_template(
        "portal/accounts.html", party_id=party_id, accounts=accounts_of(work, party_id)
    )
