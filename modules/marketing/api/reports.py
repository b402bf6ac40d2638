"""Bounces and complaints, posted by whatever reads the mailbox they come to."""

from __future__ import annotations

from typing import Any

from core.api.routes import writes
from core.security.guard import requires
from core.work import UnitOfWork
from modules.marketing.api.blueprint import blueprint
from modules.marketing.schemas import ReportSchema, TakenSchema
from modules.marketing.services.outcomes import take_reports


@blueprint.post("/marketing/reports")
@requires("marketing.consent")
@writes(TakenSchema, takes=ReportSchema)
def report(work: UnitOfWork, body: dict[str, Any]) -> dict[str, int]:
    """Take a mail that came back: a bounce (RFC 3464) or a complaint (RFC 5965)."""
    return {"taken": take_reports(work, body["mail"].encode("utf-8", "surrogateescape"))}
