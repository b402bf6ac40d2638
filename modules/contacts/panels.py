"""Parties on pages that are not of this module."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request

from core.api.listing import ListQuery, page
from core.work import UnitOfWork
from modules.contacts.services.lists import CURRENT

_SHOWN = 8


def found(_reader: UUID, work: UnitOfWork) -> str:
    """What the search box in the frame finds here."""
    text = request.args.get("q", "").strip()
    parties = page(work, CURRENT, ListQuery(q=text, limit=_SHOWN))
    if not parties.rows:
        return ""
    more = parties.next is not None
    return render_template("contacts/found.html", rows=parties.rows, more=more, text=text)
