"""What marketing shows on pages of others."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from core.api.listing import ListQuery, page
from core.work import UnitOfWork
from modules.marketing import chips
from modules.marketing.services.consents import standings
from modules.marketing.services.lists import CAMPAIGNS, SENDS

_SHOWN = 5


def customer(party_id: UUID, work: UnitOfWork) -> str:
    """On the customer's page: what they agreed to, and the latest mails."""
    sends = page(work, SENDS, ListQuery(limit=_SHOWN, filters={"party_id": str(party_id)}))
    return render_template(
        "marketing/customer.html",
        party_id=party_id,
        standings=standings(work, party_id),
        sends=sends.rows,
        chips=chips,
    )


def running(_reader: UUID, work: UnitOfWork) -> str:
    """On the home page: campaigns under way; nothing when there are none."""
    found = page(work, CAMPAIGNS, ListQuery(limit=_SHOWN, filters={"state": "running"}))
    if not found.rows:
        return ""
    return render_template("marketing/running.html", campaigns=found.rows)
