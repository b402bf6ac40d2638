"""Pipelines and their stages: what opportunities move through, as the company wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from sqlalchemy import func, select

from core.companies import Company, fetch, home, visible
from core.errors import Invalid, RuleBroken
from core.versions import check_version
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.sales.models import LostReason, Opportunity, Pipeline, Stage

#: Of a new company: stages with their probability, and reasons to lose.
_STAGES = (
    ("Qualification", 10),
    ("Needs", 25),
    ("Proposal", 50),
    ("Negotiation", 80),
)
_REASONS = ("Price", "Timing", "No decision", "Chose a competitor", "Something was missing")


class StageFields(TypedDict, total=False):
    name: str
    probability: int
    position: int
    active: bool


def seed(work: UnitOfWork) -> None:
    """Every company has a pipeline; one it has already stays as it is."""
    for company in work.session.scalars(select(Company.id)).all():
        first_pipeline(work, company)


def first_pipeline(work: UnitOfWork, company_id: UUID) -> Pipeline:
    """Where new opportunities go; a company that has none gets one, and reasons to lose."""
    mine = select(Pipeline).where(Pipeline.company_id == company_id, Pipeline.active)
    found = work.session.scalar(mine.order_by(Pipeline.position, Pipeline.id).limit(1))
    if found is not None:
        return found
    made = Pipeline(company_id=company_id, name="Sales", position=1)
    work.session.add(made)
    work.session.flush()
    for position, (name, probability) in enumerate(_STAGES, start=1):
        _add(work, made, {"name": name, "probability": probability, "position": position})
    for reason in _REASONS:
        _reason(work, company_id, reason)
    work.session.flush()
    return made


def pipelines_of(work: UnitOfWork) -> Sequence[Pipeline]:
    found = select(Pipeline).where(Pipeline.active).order_by(Pipeline.position, Pipeline.id)
    return work.session.scalars(visible(work, found.limit(50))).all()


def stages_of(work: UnitOfWork, pipeline_id: UUID, *, all_: bool = False) -> Sequence[Stage]:
    """In their order; with ``all_`` those put away too."""
    found = select(Stage).where(Stage.pipeline_id == pipeline_id)
    if not all_:
        found = found.where(Stage.active)
    ordered = found.order_by(Stage.position, Stage.id).limit(50)
    return work.session.scalars(visible(work, ordered)).all()


def first_stage(work: UnitOfWork, pipeline_id: UUID) -> Stage:
    stages = stages_of(work, pipeline_id)
    if not stages:
        raise RuleBroken(_("This pipeline has no stage yet: add one first."))
    return stages[0]


def add_pipeline(work: UnitOfWork, name: str) -> Pipeline:
    company = home(work)
    last = select(func.max(Pipeline.position)).where(Pipeline.company_id == company)
    made = Pipeline(
        company_id=company, name=_named(name), position=(work.session.scalar(last) or 0) + 1
    )
    work.session.add(made)
    work.session.flush()
    return made


def add_stage(work: UnitOfWork, pipeline_id: UUID, fields: StageFields) -> Stage:
    """At the end, unless ``position`` says where."""
    pipeline = fetch(work, Pipeline, pipeline_id, lock=True)
    last = select(func.max(Stage.position)).where(Stage.pipeline_id == pipeline.id)
    made = _add(work, pipeline, {"position": (work.session.scalar(last) or 0) + 1, **fields})
    work.session.flush()
    return made


def change_stage(
    work: UnitOfWork, stage_id: UUID, fields: StageFields, *, version: int | None = None
) -> Stage:
    """Raise RuleBroken when a stage that still holds open opportunities is put away."""
    stage = fetch(work, Stage, stage_id, lock=True)
    check_version(stage, version)
    if fields.get("active") is False and _is_used(work, stage):
        raise RuleBroken(_("Open opportunities stand in “%(name)s”: move them.", name=stage.name))
    for name, value in _checked(fields).items():
        setattr(stage, name, value)
    work.session.flush()
    return stage


def reasons_of(work: UnitOfWork) -> Sequence[LostReason]:
    found = select(LostReason).where(LostReason.active).order_by(LostReason.name).limit(100)
    return work.session.scalars(visible(work, found)).all()


def add_reason(work: UnitOfWork, name: str) -> LostReason:
    """Bring back one of this name that was put away."""
    reason = _reason(work, home(work), _named(name))
    work.session.flush()
    return reason


def remove_reason(work: UnitOfWork, reason_id: UUID) -> LostReason:
    """Offered no more; what was lost for it keeps it."""
    reason = fetch(work, LostReason, reason_id, lock=True)
    reason.active = False
    return reason


def _reason(work: UnitOfWork, company_id: UUID, name: str) -> LostReason:
    same = select(LostReason).where(LostReason.company_id == company_id, LostReason.name == name)
    reason = work.session.scalar(same) or LostReason(company_id=company_id, name=name)
    reason.active = True
    work.session.add(reason)
    return reason


def _add(work: UnitOfWork, pipeline: Pipeline, fields: StageFields) -> Stage:
    tidy = _checked({"name": "", "probability": 0, **fields})
    made = Stage(company_id=pipeline.company_id, pipeline_id=pipeline.id, **tidy)
    work.session.add(made)
    return made


def _checked(fields: StageFields) -> StageFields:
    tidy = fields.copy()
    if "name" in tidy:
        tidy["name"] = _named(tidy["name"])
    if not 0 <= tidy.get("probability", 0) <= 100:
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"probability": _("From 0 to 100 per cent.")},
        )
    return tidy


def _named(name: str) -> str:
    tidy = name.strip()
    if not tidy or len(tidy) > 120:
        raise Invalid(
            _("Please look at the marked fields."),
            fields={"name": _("Write a name of at most 120 characters.")},
        )
    return tidy


def _is_used(work: UnitOfWork, stage: Stage) -> bool:
    open_ones = select(Opportunity.id).where(
        Opportunity.stage_id == stage.id, Opportunity.closed_at.is_(None)
    )
    return work.session.scalar(open_ones.limit(1)) is not None
