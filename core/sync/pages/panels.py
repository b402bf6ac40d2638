"""What the sync adds to the home page: only what asks for a person."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from core.api.listing import ListQuery, page
from core.sync.attention import STOPPED, Stage, stage_counts
from core.sync.overview import overview
from core.sync.pages.words import kind_words, record_address
from core.work import UnitOfWork

_MOST = 5


def stopped(_reader: UUID, work: UnitOfWork) -> str:
    found = page(work, STOPPED, ListQuery(limit=_MOST))
    if not found.rows:
        return ""
    addresses = {row.id: record_address(work.enabled, row.kind, row.local_id) for row in found.rows}
    return render_template(
        "sync/home_stopped.html",
        rows=found.rows,
        addresses=addresses,
        more=found.next is not None,
        kind_words=kind_words,
    )


def troubled(_reader: UUID, work: UnitOfWork) -> str:
    """Connections that do not work as they should."""
    found = [health for health in overview(work) if health.troubled]
    return render_template("sync/home_troubled.html", healths=found) if found else ""


def waiting(_reader: UUID, work: UnitOfWork) -> str:
    """Records that wait, where there is more than the moment's traffic."""
    counts = stage_counts(work)
    number = sum(count for (_key, stage), count in counts.items() if stage is Stage.WAITING)
    return render_template("sync/home_waiting.html", number=number) if number else ""
