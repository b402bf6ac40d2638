"""The company at a glance, and its cohorts."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from core.companies import Company, home
from core.requests import reading
from core.security.guard import requires
from core.web.i18n import gettext as _
from modules.analytics import chips
from modules.analytics.pages.blueprint import COMPANY, blueprint
from modules.analytics.services.cohorts import cohorts
from modules.analytics.services.overview import overview


@blueprint.get("/company")
@requires(COMPANY)
def company() -> ResponseReturnValue:
    with reading() as work:
        company_id = home(work)
        found = overview(work, company_id, work.observed_at.date())
        currency = work.session.get_one(Company, company_id).currency
    return render_template(
        "analytics/company.html",
        found=found,
        currency=currency,
        words=chips,
        crumbs=[(_("Analytics"), url_for(".index")), (_("Company"), "")],
    )


@blueprint.get("/cohorts")
@requires(COMPANY)
def cohort_table() -> ResponseReturnValue:
    with reading() as work:
        found = cohorts(work, home(work), work.observed_at.date())
    return render_template(
        "analytics/cohorts.html",
        cohorts=found,
        crumbs=[(_("Analytics"), url_for(".index")), (_("Cohorts"), "")],
    )
