"""Parties that look alike, merging two, and taking it back, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.api.routes import reads, writes
from core.security.guard import requires
from core.work import UnitOfWork
from modules.contacts.api.blueprint import READ, blueprint
from modules.contacts.models import Merge
from modules.contacts.schemas import merges as schemas
from modules.contacts.services.duplicates import alike_of, find_pairs
from modules.contacts.services.merge_plan import MergePlan, plan_merge
from modules.contacts.services.merging import merge_parties, unmerge

MERGE = "contacts.merge"


@blueprint.get("/duplicates")
@requires(READ)
@reads(schemas.PairsSchema)
def duplicates(work: UnitOfWork) -> dict[str, Any]:
    """Pairs of parties that may be one, the most alike first, with the reasons."""
    return {"items": find_pairs(work)}


@blueprint.get("/parties/<uuid:party_id>/alike")
@requires(READ)
@reads(schemas.AlikesSchema)
def alike(work: UnitOfWork, party_id: UUID) -> dict[str, Any]:
    """Who may be the same as this party, with the reasons."""
    return {"items": alike_of(work, party_id)}


@blueprint.get("/parties/<uuid:party_id>/merge-plan/<uuid:other_id>")
@requires(READ)
@reads(schemas.MergePlanSchema)
def merge_plan(work: UnitOfWork, party_id: UUID, other_id: UUID) -> MergePlan:
    """What making the other part of this party would do; nothing is written."""
    return plan_merge(work, party_id, other_id)


@blueprint.post("/parties/<uuid:party_id>/merges")
@requires(MERGE)
@writes(schemas.MergeSchema, takes=schemas.NewMergeSchema, status=201)
def merge(work: UnitOfWork, body: dict[str, Any], party_id: UUID) -> Merge:
    """Make the other part of this party: all that points at it follows."""
    return merge_parties(work, party_id, body["other_id"], body["choices"])


@blueprint.post("/merges/<uuid:merge_id>/undo")
@requires(MERGE)
@writes(schemas.UnmergedSchema)
def undo(work: UnitOfWork, merge_id: UUID) -> dict[str, Any]:
    """Make them two again."""
    return {"stayed": unmerge(work, merge_id)}
