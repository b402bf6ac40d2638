"""Alerts over HTTP: what is open, and what was."""

from __future__ import annotations

from marshmallow import Schema, fields

from core.alerts.listing import ALERTS
from core.alerts.models import Cause
from core.api.blueprint import ApiBlueprint
from core.api.fields import Id, Moment
from core.api.listing import ListQuery, Page, page
from core.api.routes import lists
from core.security.guard import requires
from core.work import UnitOfWork

blueprint = ApiBlueprint("alerts_api", __name__, description="What people must know.")


class AlertSchema(Schema):
    id = Id()
    cause = fields.String(metadata={"description": f"One of {', '.join(Cause)}."})
    words = fields.String()
    path = fields.String(metadata={"description": "The page where it is mended, from the root."})
    connection_id = Id()
    connection = fields.String()
    began_at = Moment()
    ended_at = Moment(allow_none=True, metadata={"description": "Null while it is open."})


@blueprint.get("/alerts")
@requires("core.sync")
@lists(ALERTS, AlertSchema)
def alerts(work: UnitOfWork, query: ListQuery) -> Page:
    """What somebody must know: an ERP away, records stopped, a lag, a difference."""
    return page(work, ALERTS, query)
