"""A write between two lines of the log: from a reference to its attempt, and on to its calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from core.sync.errors import SyncError
from core.sync.push.attempts import Call, outcome_of, outcomes_of
from core.sync.push.parcel import Parcel
from core.sync.values import Outcome

log = structlog.get_logger(__name__)


def traced(
    verb: str, attempt_id: UUID, call: Call, parcels: Sequence[Parcel]
) -> Sequence[Outcome] | SyncError:
    """``outcomes_of``; every line of the log until it ends bears the attempt's id."""
    with bound_contextvars(attempt_id=str(attempt_id), verb=verb):
        log.info("attempt.begun", references=[parcel.reference for parcel in parcels])
        outcomes = outcomes_of(call, parcels)
        said = [outcomes] if isinstance(outcomes, SyncError) else outcomes
        log.info("attempt.ended", outcomes=dict(Counter(str(outcome_of(one)) for one in said)))
    return outcomes
