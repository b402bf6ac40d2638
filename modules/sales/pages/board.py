"""The board of a pipeline, where cards are dragged from stage to stage, and the forecast."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.companies import fetch
from core.requests import reading, writing
from core.security.guard import requires
from core.web.i18n import gettext as _
from modules.sales.models import Opportunity, Pipeline, Stage
from modules.sales.pages.opportunities import READ, WRITE, blueprint
from modules.sales.pages.people import colleagues
from modules.sales.services.board import read_board, read_forecast
from modules.sales.services.opportunities import move_to_stage
from modules.sales.services.pipelines import pipelines_of


@blueprint.get("/board")
@requires(READ)
def board() -> ResponseReturnValue:
    owner = request.args.get("owner_id", type=UUID)
    with reading() as work:
        pipelines = pipelines_of(work)
        wanted = request.args.get("pipeline_id", type=UUID)
        shown = fetch(work, Pipeline, wanted) if wanted else next(iter(pipelines), None)
        columns = read_board(work, shown.id, owner_id=owner) if shown else []
        people = colleagues(work)
    return render_template(
        "sales/board.html",
        pipelines=pipelines,
        pipeline=shown,
        columns=columns,
        people=people,
        owner_id=str(owner or ""),
        crumbs=[(_("Opportunities"), url_for(".index")), (_("Board"), "")],
    )


@blueprint.post("/<uuid:key>/stage")
@requires(WRITE)
def drop(key: UUID) -> ResponseReturnValue:
    """A card was dropped on a column: answers the heads of all columns, with their new totals."""
    stage_id = UUID(request.form["stage_id"])
    version = request.form.get("version", type=int)
    owner = request.form.get("owner_id", type=UUID)
    with writing() as work:
        moved = move_to_stage(work, key, stage_id, version=version)
        pipeline = fetch(work, Stage, stage_id).pipeline_id
        columns = read_board(work, pipeline, owner_id=owner)
        number = fetch(work, Opportunity, key).version
    said = _("%(number)s moved.", number=moved.number)
    return render_template("sales/board_heads.html", columns=columns, version=number, said=said)


@blueprint.get("/forecast")
@requires(READ)
def forecast() -> ResponseReturnValue:
    with reading() as work:
        rows, people = read_forecast(work)
    return render_template(
        "sales/forecast.html",
        rows=rows,
        people=people,
        crumbs=[(_("Opportunities"), url_for(".index")), (_("Forecast"), "")],
    )
