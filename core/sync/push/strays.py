"""Drafts of ours that no binding knows: the ERP carried a request out after we had looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from core.clock import utcnow
from core.errors import CrmError
from core.jobs.job import JobContext
from core.sync.contract import Drafts, Finds
from core.sync.documents import DocumentState
from core.sync.gate import admitted
from core.sync.models import (
    Attempt,
    AttemptItem,
    AttemptOutcome,
    Binding,
)
from core.sync.open_sessions import kept_session
from core.sync.values import Found, Ref
from core.work import UnitOfWork

log = structlog.get_logger()

#: How long after it left a request may still be carried out, by an ERP that was frozen meanwhile.
LATE = timedelta(hours=24)
_MOST = 200


def sweep_strays(context: JobContext, args: Mapping[str, Any]) -> None:
    """Discard them at one connection for one kind. Safe at any time: only unbound drafts go."""
    connection_id, kind = UUID(args["connection"]), args["kind"]
    with context.read() as work:
        connection = admitted(work, connection_id)
        outbound = work.enabled.outbound.get(kind)
        bound = _suspects(work, connection_id, kind)
    if outbound is None or not bound or connection is None:
        return
    try:
        for endpoint in kept_session(context.host, connection).endpoints:
            if endpoint.document is outbound.document and isinstance(endpoint, Finds):
                strays = strays_among(endpoint.find(list(bound)), bound)
                if strays and isinstance(endpoint, Drafts):
                    endpoint.discard(strays)
                    log.info("strays.discarded", ids=[ref.id for ref in strays])
    except CrmError as error:  # the next sweep finds them
        log.warning("strays.left", reason=str(error))


def strays_among(hits: Iterable[Found], bound: Mapping[str, str]) -> list[Ref]:
    """Drafts whose reference is bound to another id. ``bound`` is reference to external id."""
    return [
        hit.ref
        for hit in hits
        if hit.state is DocumentState.DRAFT and bound.get(hit.reference, hit.ref.id) != hit.ref.id
    ]


def _suspects(work: UnitOfWork, connection_id: UUID, kind: str) -> dict[str, str]:
    """Bound records of which an earlier draft's end nobody saw."""
    rows = work.session.execute(
        select(Binding.reference, Binding.external_id)
        .join(AttemptItem, AttemptItem.binding_id == Binding.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(
            Binding.connection_id == connection_id,
            Binding.kind == kind,
            Binding.external_id.is_not(None),
            Attempt.verb == "draft",
            Attempt.started_at > utcnow() - LATE,
            AttemptItem.outcome.in_([AttemptOutcome.RESOLVED, AttemptOutcome.IN_DOUBT]),
        )
        .distinct()
        .limit(_MOST)
    )
    return {str(reference): str(external_id) for reference, external_id in rows}
