"""What outstanding points may cost."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.api.fields import plain_decimal
from core.companies import home
from core.requests import reading
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.web.spreadsheet import MARK, csv_file, csv_text
from modules.loyalty.pages.blueprint import READ, blueprint
from modules.loyalty.rules.liability import ENOUGH_LOTS, ENOUGH_POINTS
from modules.loyalty.services.liability import Liability, liability
from modules.loyalty.services.programmes import the_programme


@blueprint.get("/liability")
@requires(READ)
def report() -> ResponseReturnValue:
    with reading() as work:
        programme = the_programme(work, home(work))
        found = liability(work, programme)
    if request.args.get("format") == "csv":
        return _csv(found)
    return render_template(
        "loyalty/liability.html",
        programme=programme,
        report=found,
        enough=(ENOUGH_LOTS, ENOUGH_POINTS),
        crumbs=[(_("Loyalty"), url_for(".index")), (_("Liability"), "")],
    )


def _csv(found: Liability) -> Response:
    head = ["expires_in", "lots", "points", "escrow", "value", "currency"]
    rows = [
        [
            month.month or "",
            str(month.lots),
            str(month.points),
            str(month.escrow),
            plain_decimal(month.value.amount),
            month.value.currency,
        ]
        for month in found.months
    ]
    return csv_file("points-liability", iter([MARK + csv_text([head, *rows])]))
