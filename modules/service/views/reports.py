"""Figures of the last month: promises kept, ratings with their sample, questions spared."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from core.requests import reading
from core.security.guard import requires
from core.web.i18n import gettext as _
from modules.service.rules.scores import share, shown_score
from modules.service.services import figures
from modules.service.services.knowledge import deflected
from modules.service.views.blueprint import READ, blueprint


@blueprint.get("/report")
@requires(READ)
def report() -> ResponseReturnValue:
    with reading() as work:
        page = {
            "now": figures.now(work),
            "kept": figures.kept(work),
            "agents": figures.scores_by_agent(work),
            "queues": figures.scores_by_queue(work),
            "deflected": deflected(work, figures.companies_of(work)),
        }
    crumbs = [(_("Tickets"), url_for(".index")), (_("Report"), "")]
    return render_template(
        "service/report.html", share=share, shown_score=shown_score, crumbs=crumbs, **page
    )
