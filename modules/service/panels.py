"""What service shows on pages of others."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request

from core.api.listing import ListQuery, count, page
from core.work import UnitOfWork
from modules.service import words
from modules.service.services import figures
from modules.service.services.showing import TICKETS

_SHOWN = 6


def customer_tickets(party_id: UUID, work: UnitOfWork) -> str:
    return _tickets(work, {"party_id": str(party_id)}, new={"party_id": str(party_id)})


def order_tickets(order_id: UUID, work: UnitOfWork) -> str:
    """Nothing for an order nobody asked about."""
    which = {"about_id": str(order_id)}
    return _tickets(work, which, new=None)


def _tickets(work: UnitOfWork, which: dict[str, str], new: dict[str, str] | None) -> str:
    rows = page(work, TICKETS, ListQuery(limit=_SHOWN, sort="-created_at", filters=which)).rows
    if not rows and new is None:
        return ""
    return render_template(
        "service/panel.html",
        tickets=rows,
        number=count(work, TICKETS, ListQuery(filters=which), cap=1_000),
        which=which,
        new=new,
        words=words,
    )


def desk(_reader: UUID, work: UnitOfWork) -> str:
    """On the home page: what is open, whose it is, and what is due; nothing when nothing is."""
    now = figures.now(work)
    if not now.open:
        return ""
    return render_template("service/home.html", now=now, reader=work.actor.id)


def found(_reader: UUID, work: UnitOfWork) -> str:
    """What the search box in the frame finds here."""
    text = request.args.get("q", "").strip()
    hits = page(work, TICKETS, ListQuery(q=text, limit=_SHOWN, sort="-created_at"))
    if not hits.rows:
        return ""
    return render_template(
        "service/found.html", rows=hits.rows, more=hits.next is not None, text=text, words=words
    )
