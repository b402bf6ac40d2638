"""The demo's back office: what the ERP's own people would do, for whoever tries Tandem out.

Trytond from PyPI brings no pages of its own; this one asks its API instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.api.listing import Listing, ListQuery, page
from core.demo.steps import Step, act
from core.errors import CrmError, NotFound, RuleBroken
from core.requests import host, reading
from core.security.guard import requires
from core.sync.contract import DemoErp
from core.sync.deliveries import Link, links_of
from core.sync.documents import Progress, SalesOrder
from core.sync.models import Connection, DeliveryState
from core.web.atoms import Chip, Chips
from core.web.i18n import gettext as _
from core.web.i18n import lazy as _l
from core.web.light import Tone
from core.work import UnitOfWork

blueprint = Blueprint("demo_pages", __name__, url_prefix="/demo", template_folder="templates")
PERMISSION = "core.sync_act"

#: What can be worked on; older orders are found on their own page.
_SHOWN = 40
#: Where the API lists orders, and their pages are. The host knows the module by this alone.
_API, _PAGES = "/api/v1/orders", "/orders"

SHIPPING: Chips[Progress] = {
    Progress.NONE: Chip(_l("Not shipped")),
    Progress.PARTIAL: Chip(_l("Partly shipped"), Tone.BLUE),
    Progress.FULL: Chip(_l("Shipped"), Tone.GREEN),
}
BILLING: Chips[Progress] = {
    Progress.NONE: Chip(_l("Not invoiced")),
    Progress.PARTIAL: Chip(_l("Partly invoiced"), Tone.BLUE),
    Progress.FULL: Chip(_l("Invoiced"), Tone.GREEN),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An order the ERP has."""

    order: Any
    link: Link

    @property
    def address(self) -> str:
        return f"{_PAGES}/{self.order.id}"

    @property
    def steps(self) -> list[Step]:
        """What is still to be done over there, as far as Tandem knows."""
        found = [Step.SHIP] if self.order.fulfilment != Progress.FULL else []
        found += [Step.INVOICE] if self.order.billing != Progress.FULL else []
        return found + ([Step.PAY] if self.order.billing != Progress.NONE else [])


@blueprint.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    crumbs = [(_("Back office (demo)"), "")]
    return render_template("demo/index.html", crumbs=crumbs, **_context())


@blueprint.get("/orders")
@requires(PERMISSION)
def orders() -> ResponseReturnValue:
    """The part of the page that renews itself."""
    return render_template("demo/orders.html", **_context())


@blueprint.post("/orders/<uuid:order_id>/<any(ship, invoice, pay):step>")
@requires(PERMISSION)
def do(order_id: UUID, step: str) -> ResponseReturnValue:
    with reading() as work:
        erp, reference = _there(work, order_id)
    # No transaction is open while the ERP is asked.
    try:
        flash(f"{reference}: {act(erp, Step(step), reference)}", "done")
    except CrmError as error:
        flash(_("The ERP did nothing: %(words)s", words=error), "error")
    return redirect(url_for(".index"), 303)


def _context() -> dict[str, Any]:
    with reading() as work:
        shown = _shown(work)
    return {"shown": shown, "shipping": SHIPPING, "billing": BILLING}


def _shown(work: UnitOfWork) -> list[Shown]:
    """The newest orders that are in the ERP: two queries."""
    kind, listing = _kind(work), _listing()
    if kind is None or listing is None:
        return []
    filters = {"link": DeliveryState.CONFIRMED.value}
    rows = page(work, listing, ListQuery(limit=_SHOWN, filters=filters)).rows
    found = links_of(work, kind, [row.id for row in rows])
    return [Shown(row, link) for row in rows if (link := _confirmed(found.get(row.id, [])))]


def _there(work: UnitOfWork, order_id: UUID) -> tuple[DemoErp, str]:
    """The ERP that has the order, and our reference there. Raise NotFound and RuleBroken."""
    kind, folder = _kind(work), host().settings.demo_dir
    link = _confirmed(links_of(work, kind, [order_id]).get(order_id, [])) if kind else None
    if link is None or link.reference is None or folder is None:
        raise RuleBroken(_("This order is not in the ERP yet."))
    return _erp(work, link, folder), link.reference


def _erp(work: UnitOfWork, link: Link, folder: Path) -> DemoErp:
    connection = work.session.query(Connection).filter_by(name=link.connection).one()
    manifest = host().registry.connector(connection.connector).manifest
    if manifest.demo is None:
        raise NotFound(_("%(title)s brings no demo.", title=manifest.title))
    return manifest.demo(folder / "erp")


def _confirmed(links: list[Link]) -> Link | None:
    return next((link for link in links if link.state is DeliveryState.CONFIRMED), None)


def _kind(work: UnitOfWork) -> str | None:
    """What the module that sends orders calls them; None while it is off."""
    sent = work.enabled.outbound.values()
    return next((item.kind for item in sent if item.document is SalesOrder), None)


def _listing() -> Listing | None:
    """Orders as the API lists them."""
    found = [rule for rule in current_app.url_map.iter_rules() if rule.rule == _API]
    views = [current_app.view_functions[rule.endpoint] for rule in found]
    return next((view.listing for view in views if hasattr(view, "listing")), None)
