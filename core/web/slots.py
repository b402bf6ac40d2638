"""Slots: places on a page where other modules show their piece of it.

The page's owner names the slot (``contacts.customer``) and calls ``panels``; modules hang a
``Panel`` of that slot into their manifest. A panel that fails becomes a quiet box and a line in the
log; the page stays.
"""

from __future__ import annotations

from uuid import UUID

import structlog
from flask import render_template
from markupsafe import Markup

from core.registry.manifest import Panel
from core.web.i18n import gettext as _
from core.work import UnitOfWork

log = structlog.get_logger(__name__)


def panels(slot: str, record_id: UUID, work: UnitOfWork) -> Markup:
    """The pieces the actor may see, in the modules' order; empty ones leave no trace."""
    shown = [panel for panel in work.enabled.panels(slot) if work.actor.may(panel.permission)]
    return Markup().join(_framed(panel, record_id, work) for panel in shown)


def _framed(panel: Panel, record_id: UUID, work: UnitOfWork) -> Markup:
    body, failed = "", False
    try:
        # A statement that fails ends the whole transaction on PostgreSQL, but not beyond this.
        with work.session.begin_nested():
            body = panel.render(record_id, work)
    except Exception:
        log.exception("panel.failed", slot=panel.slot, panel=panel.title)
        failed = True
    if not body and not failed:
        return Markup()
    # S704: what a module renders is its own template's output, escaped there.
    return Markup(  # noqa: S704
        render_template("panel.html", title=_(panel.title), body=Markup(body), failed=failed)  # noqa: S704
    )
