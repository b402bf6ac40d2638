"""Segments over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.api.listing import ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.companies import fetch
from core.security.guard import requires
from core.work import UnitOfWork
from modules.marketing.api.blueprint import blueprint
from modules.marketing.models import Segment
from modules.marketing.schemas import (
    CountSchema,
    NewSegmentSchema,
    SegmentSchema,
    WholeSegmentSchema,
)
from modules.marketing.services.segments import SEGMENTS, counted, make_segment, missing


@blueprint.get("/segments")
@requires("marketing.read")
@lists(SEGMENTS, SegmentSchema)
def segments(work: UnitOfWork, query: ListQuery) -> Page:
    """Segments by name."""
    return page(work, SEGMENTS, query)


@blueprint.post("/segments")
@requires("marketing.write")
@writes(WholeSegmentSchema, takes=NewSegmentSchema, status=201)
def add_segment(work: UnitOfWork, body: dict[str, Any]) -> Segment:
    """Make a segment by conditions over the traits of enabled modules, or a fixed list."""
    return make_segment(work, body["name"], body["tree"], note=body["note"])


@blueprint.get("/segments/<uuid:segment_id>")
@requires("marketing.read")
@reads(WholeSegmentSchema)
def segment(work: UnitOfWork, segment_id: UUID) -> Segment:
    """One segment with its conditions."""
    return fetch(work, Segment, segment_id)


@blueprint.get("/segments/<uuid:segment_id>/count")
@requires("marketing.read")
@reads(CountSchema)
def segment_count(work: UnitOfWork, segment_id: UUID) -> dict[str, Any]:
    """How many are in it now, up to a cap."""
    found = fetch(work, Segment, segment_id)
    number = counted(work, found)
    return {"number": number.number, "more": number.more, "missing": missing(work, found)}
