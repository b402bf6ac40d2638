"""What analytics knows of a party, for segments, journeys and prices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from core.traits import Shape, Trait
from core.web.i18n import gettext
from core.web.i18n import lazy as _
from core.work import UnitOfWork
from modules.analytics.chips import CLASSES
from modules.analytics.models import Score
from modules.analytics.rules.pareto import Abc
from modules.contacts.kinds import PARTY

READ = "analytics.read"


def _reads(column: Any) -> Callable[[UnitOfWork], Select[UUID, Any]]:
    return lambda _work: select(Score.party_id, column)


def _rfm(_work: UnitOfWork) -> Select[UUID, Any]:
    return select(Score.party_id, Score.rfm).where(Score.rfm != "")


def _tiers(_work: UnitOfWork) -> Sequence[tuple[str, str]]:
    return [(tier.value, tier.value) for tier in Abc]


def _classes(_work: UnitOfWork) -> Sequence[tuple[str, str]]:
    return [(one.value, gettext(shown.label)) for one, shown in CLASSES.items()]


TRAITS = (
    Trait(
        name="analytics.rfm",
        title=_("RFM score"),
        subject=PARTY,
        shape=Shape.TEXT,
        select=_rfm,
        permission=READ,
    ),
    Trait(
        name="analytics.abc",
        title=_("80/20 tier"),
        subject=PARTY,
        shape=Shape.CHOICE,
        select=_reads(Score.abc),
        permission=READ,
        choices=_tiers,
    ),
    Trait(
        name="analytics.value_class",
        title=_("Value class"),
        subject=PARTY,
        shape=Shape.CHOICE,
        select=_reads(Score.value_class),
        permission=READ,
        choices=_classes,
    ),
    Trait(
        name="analytics.churn",
        title=_("Risk of leaving, of 100"),
        subject=PARTY,
        shape=Shape.NUMBER,
        select=_reads(Score.churn),
        permission=READ,
    ),
)
