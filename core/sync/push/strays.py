"""What the ERP carried out after we had looked: drafts nobody needs, and orders it has twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, or_, select

from core.clock import utcnow
from core.errors import CrmError
from core.jobs.job import JobContext
from core.sync.contract import Drafts, Endpoint, Finds
from core.sync.documents import DocumentState
from core.sync.exchange import Outbound
from core.sync.gate import admitted
from core.sync.models import Attempt, AttemptItem, AttemptOutcome, Binding
from core.sync.models.attempt import LATE
from core.sync.open_sessions import kept_session
from core.sync.push.doubled import stop_doubled
from core.sync.values import Found, Ref
from core.work import UnitOfWork

log = structlog.get_logger()

_MOST = 200


@dataclass(frozen=True, slots=True)
class Suspect:
    """A record of ours of which an earlier write's end nobody saw; ``bound`` is its id there.

    None: it was taken back or cancelled before anything of it was seen over there.
    """

    binding_id: UUID
    bound: str | None


def sweep_strays(context: JobContext, args: Mapping[str, Any]) -> None:
    """At one connection for one kind. Safe at any time: only unbound drafts go."""
    connection_id, kind = UUID(args["connection"]), args["kind"]
    with context.read() as work:
        connection = admitted(work, connection_id, writes=True)
        outbound = work.enabled.outbound.get(kind)
        suspects = _suspects(work, connection_id, kind)
    if outbound is None or not suspects or connection is None:
        return
    try:
        for endpoint in kept_session(context.host, connection).endpoints:
            if endpoint.document is outbound.document and isinstance(endpoint, Finds):
                hits = endpoint.find(list(suspects))
                _discard(endpoint, strays_among(hits, suspects))
                _stop(context, outbound, doubles_among(hits, suspects))
    except CrmError as error:  # the next sweep finds them
        log.warning("strays.left", reason=str(error))


def strays_among(hits: Iterable[Found], suspects: Mapping[str, Suspect]) -> list[Ref]:
    """Drafts that carry a reference of ours and are not the one it is bound to."""
    return [
        hit.ref
        for hit in hits
        if hit.state is DocumentState.DRAFT
        and hit.reference in suspects
        and suspects[hit.reference].bound != hit.ref.id
    ]


def doubles_among(hits: Iterable[Found], suspects: Mapping[str, Suspect]) -> dict[UUID, list[str]]:
    """Records the ERP has firm more often than we know of: all the ids, by binding."""
    firm: dict[str, list[str]] = {}
    for hit in hits:
        if hit.state is DocumentState.CONFIRMED and hit.reference in suspects:
            firm.setdefault(hit.reference, []).append(hit.ref.id)
    known = {reference: 0 if suspects[reference].bound is None else 1 for reference in firm}
    return {
        suspects[reference].binding_id: sorted(ids)
        for reference, ids in firm.items()
        if len(ids) > known[reference]
    }


def may_be_late() -> ColumnElement[bool]:
    """Of attempts and their items: what left lately, and nobody saw how it ended."""
    return and_(
        Attempt.verb.in_(["draft", "create"]),
        Attempt.started_at > utcnow() - LATE,
        AttemptItem.outcome.in_([AttemptOutcome.RESOLVED, AttemptOutcome.IN_DOUBT]),
    )


def _discard(endpoint: Endpoint, strays: Sequence[Ref]) -> None:
    if strays and isinstance(endpoint, Drafts):
        endpoint.discard(strays)
        log.info("strays.discarded", ids=[ref.id for ref in strays])


def _stop(
    context: JobContext, outbound: Outbound[Any], doubles: Mapping[UUID, Sequence[str]]
) -> None:
    if doubles:
        with context.write() as work:
            stop_doubled(work, outbound, doubles)


def _suspects(work: UnitOfWork, connection_id: UUID, kind: str) -> dict[str, Suspect]:
    """Records that are bound, or of which nothing more shall come."""
    rows = work.session.execute(
        select(Binding.reference, Binding.id, Binding.external_id)
        .join(AttemptItem, AttemptItem.binding_id == Binding.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(
            Binding.connection_id == connection_id,
            Binding.kind == kind,
            or_(Binding.external_id.is_not(None), Binding.delivery.is_(None)),
            may_be_late(),
        )
        .distinct()
        .order_by(Binding.id.desc())
        .limit(_MOST)
    )
    return {str(reference): Suspect(key, external) for reference, key, external in rows}


def late_routes(work: UnitOfWork) -> set[tuple[Any, str]]:
    """Where something may turn up late."""
    rows = work.session.execute(
        select(Attempt.connection_id, Attempt.kind)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .where(may_be_late())
        .distinct()
    )
    return {(connection_id, kind) for connection_id, kind in rows}
