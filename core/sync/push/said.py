"""What became of a cancellation or a change; the record's own delivery stays as it was."""

from __future__ import annotations

from typing import Any

import structlog

from core.clock import utcnow
from core.journal import note
from core.sync.exchange import Answer, Outbound
from core.sync.models import Binding, DeliveryState, OutboxRow, OutboxState, OutboxVerb
from core.sync.push.parcel import Verdict
from core.sync.requested import RequestState, go_on, state_of
from core.work import UnitOfWork

log = structlog.get_logger()

_LASTING = frozenset({RequestState.DONE, RequestState.REFUSED, RequestState.STOPPED})


def settle_request(
    work: UnitOfWork,
    outbound: Outbound[Any] | None,
    binding: Binding,
    row: OutboxRow,
    verdict: Verdict,
) -> None:
    """``row`` is settled already as any other; ``binding`` is locked."""
    row.message = verdict.message
    if verdict.delivery is DeliveryState.REJECTED and row.state is OutboxState.STOPPED:
        row.state, row.ended_at = OutboxState.REFUSED, utcnow()
    if (done := verdict.done) is not None:
        binding.number = done.number or binding.number
        binding.version = done.ref.version or binding.version
    if row.verb is OutboxVerb.CANCEL:
        _settle_cancellation(work, binding, row)
    state = state_of(row)
    if state in _LASTING:
        note(work, "core_binding", binding.id, field=str(row.verb), change=(None, state))
    _tell(work, outbound, binding, row)


def _settle_cancellation(work: UnitOfWork, binding: Binding, row: OutboxRow) -> None:
    if row.state is OutboxState.REFUSED:
        go_on(work, binding, row)
    elif row.state is OutboxState.DONE and binding.delivery is not DeliveryState.CONFIRMED:
        # It never became firm over there: nothing more is to come of it.
        binding.delivery, binding.message, binding.next_try_at = None, "", None


def _tell(
    work: UnitOfWork, outbound: Outbound[Any] | None, binding: Binding, row: OutboxRow
) -> None:
    """A module that fails to take note must not undo what the ERP has done."""
    if outbound is None or outbound.answered is None:
        return
    answer = Answer(verb=row.verb, state=state_of(row), subject=row.subject, message=row.message)
    try:
        with work.session.begin_nested():
            outbound.answered(work, binding.local_id, answer)
    except Exception:  # a border: a module's code
        log.exception("answered.failed", kind=binding.kind, record=str(binding.local_id))
