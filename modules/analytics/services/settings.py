"""Thresholds of a company."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.companies import visible
from core.errors import Invalid
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.analytics.models import Settings


def settings_of(work: UnitOfWork, company_id: UUID) -> Settings:
    """What was saved, or what stands before anybody saved."""
    wanted = visible(work, select(Settings).where(Settings.company_id == company_id))
    return work.session.scalar(wanted) or _fresh(company_id)


def change_settings(
    work: UnitOfWork, company_id: UUID, fields: Mapping[str, Any], *, version: int | None
) -> Settings:
    settings = settings_of(work, company_id)
    if settings in work.session:
        check_version(settings, version)
    if fields["b_percent"] <= fields["a_percent"]:
        raise Invalid(
            _("The thresholds can not be saved so."),
            fields={"b_percent": _("More than the first tier's.")},
        )
    for name, value in fields.items():
        setattr(settings, name, value)
    work.session.add(settings)
    work.session.flush()
    return settings


def _fresh(company_id: UUID) -> Settings:
    return Settings(
        company_id=company_id,
        a_percent=Decimal(80),
        b_percent=Decimal(95),
        growth_percent=Decimal(25),
        least_orders=3,
        complaint_cost=Decimal(),
        churn_points=40,
        enough=20,
    )
