"""The push run: a job per connection and kind that brings to the ERP what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError
from structlog.contextvars import bound_contextvars

from core.clock import utcnow
from core.errors import Busy, CrmError
from core.jobs.job import JobContext
from core.sync.bindings import ConnectionBindings
from core.sync.contract import Creates, Drafts, Endpoint, Finds, Guarantee, Upserts, guarantee
from core.sync.documents import Document
from core.sync.errors import SyncError, Unsent
from core.sync.exchange import Outbound, Waits
from core.sync.gate import admitted
from core.sync.merge.sending import read_back, refresh
from core.sync.models import Connection, OutboxVerb
from core.sync.open_sessions import drop_session, kept_session
from core.sync.push import drafts, singles
from core.sync.push.cancel import cancel
from core.sync.push.change import change
from core.sync.push.claim import Route, claim
from core.sync.push.parcel import Parcel, Verdicts
from core.sync.push.reread import is_stale, reread
from core.sync.push.round import Round
from core.sync.push.verdicts import later, stopped
from core.sync.push.waiting import wait_for
from core.work import UnitOfWork

log = structlog.get_logger()


def push(context: JobContext, args: Mapping[str, Any]) -> None:
    """The engine runs one job of a route at a time: all of them claim as one, by connection.

    So a run finds at once what an earlier one held that died, even where that one's job is no
    longer there to be taken over, since another of its key was waiting.
    """
    route = Route(UUID(args["connection"]), args["kind"])
    push_all(context, route, claimant=route.connection_id)


def push_all(context: JobContext, route: Route, *, claimant: UUID) -> None:
    """Round after round until nothing is due, or the ERP is in trouble."""
    while not context.stopping and push_round(context, route, claimant=claimant):
        pass


def push_round(context: JobContext, route: Route, *, claimant: UUID) -> bool:
    """Claim a batch and bring it over; False when nothing was due or the ERP is in trouble."""
    with context.write() as work:
        connection = admitted(work, route.connection_id, writes=True)
        if connection is None:
            return False
        outbound = work.enabled.outbound.get(route.kind)
        if outbound is None:  # its module is disabled: what it sends waits for it
            return False
        parcels = claim(work, route, claimant)
    if not parcels:
        return False
    run = str(context.job_id)
    with bound_contextvars(connection=connection.name, kind=route.kind, run_id=run):
        return _deliver(context, connection, outbound, parcels)


def _deliver(
    context: JobContext, connection: Connection, outbound: Outbound[Any], parcels: Sequence[Parcel]
) -> bool:
    route = Route(connection.id, outbound.kind)
    step = Round(context, route, outbound, NO_ENDPOINT, tolerance=connection.tolerance)
    loaded = load(step, connection, parcels)
    if loaded:
        try:
            step.endpoint = _endpoint(context, connection, outbound.document)
        except SyncError as error:
            step.give_up(loaded, error)
        except CrmError as error:  # its settings or its key file: a person must act
            step.settle([(parcel, stopped(str(error), code=error.code)) for parcel in loaded])
        except Exception as error:  # a border: a stranger's code
            log.exception("connector.failed", verb="open")
            words = f"The connector failed: {type(error).__name__}: {error}"
            step.give_up(loaded, Unsent(words))
        else:
            _by_verb(step, connection, loaded)
    _give_back(step, parcels)
    if step.troubled:
        drop_session(context.host, connection.id)
    return step.renewed or not step.troubled


def load(step: Round, connection: Connection, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Give each parcel its document; settles those that have to wait or can not be made."""
    if not parcels:
        return []
    verdicts: Verdicts = []
    waits: list[tuple[Parcel, Waits]] = []
    with step.context.read() as work:
        bindings = ConnectionBindings(work, connection)
        for parcel in parcels:
            try:
                _make_document(work, step.outbound, parcel, bindings)
            except (Busy, OperationalError):  # the database is away: that is not about the record
                raise
            except Waits as reason:
                waits.append((parcel, reason))
            except CrmError as error:
                verdicts.append((parcel, stopped(str(error), code=error.code)))
            except Exception as error:  # a border: a module's code
                log.exception("load.failed", kind=step.route.kind, record=str(parcel.local_id))
                words = f"It could not be written as a document: {type(error).__name__}: {error}"
                verdicts.append((parcel, stopped(words)))
    wait_for(step, waits)
    step.settle(verdicts)
    return [parcel for parcel in parcels if parcel.outbox_id not in step.settled]


def _make_document(
    work: UnitOfWork, outbound: Outbound[Any], parcel: Parcel, bindings: ConnectionBindings
) -> None:
    """A cancellation needs none; a change has two: what it wishes, and what stands now."""
    if parcel.verb is OutboxVerb.CANCEL:
        return
    as_it_is = outbound.load(work, parcel.local_id, bindings)
    if parcel.verb is OutboxVerb.SEND:
        parcel.document = as_it_is
    elif outbound.load_change is not None and parcel.subject is not None:
        parcel.document = outbound.load_change(work, parcel.subject, bindings)
        parcel.base = as_it_is


class _NoEndpoint:
    """Stands where the connector offers nothing for a kind."""

    document = Document
    streams = ()


NO_ENDPOINT: Endpoint = _NoEndpoint()


def _endpoint(context: JobContext, connection: Connection, document: type[Document]) -> Endpoint:
    endpoints = kept_session(context.host, connection).endpoints
    return next((e for e in endpoints if e.document is document), NO_ENDPOINT)


def _by_verb(step: Round, connection: Connection, parcels: Sequence[Parcel]) -> None:
    def of(verb: OutboxVerb) -> list[Parcel]:
        return [parcel for parcel in parcels if parcel.verb is verb]

    _send(step, connection, of(OutboxVerb.SEND))
    for verb, act in ((OutboxVerb.CHANGE, change), (OutboxVerb.CANCEL, cancel)):
        if (mine := of(verb)) and not (step.troubled or step.locked_out):
            act(step, mine)


def _send(step: Round, connection: Connection, parcels: Sequence[Parcel]) -> None:
    both_write = step.outbound.shared is not None  # then all of them are read and merged below
    stale = [] if both_write else [parcel for parcel in parcels if is_stale(parcel)]
    ready = [parcel for parcel in parcels if parcel not in stale] + reread(step, stale)
    if ready and not step.troubled:
        ready = refresh(step, connection, ready)
        _by_guarantee(step, connection, ready)
        read_back(step, connection, ready)


def _by_guarantee(step: Round, connection: Connection, parcels: Sequence[Parcel]) -> None:
    erp: object = step.endpoint
    promise = guarantee(step.endpoint)
    if promise is Guarantee.EXACTLY_ONCE and isinstance(erp, Upserts):
        singles.upsert(step, erp, parcels)
    elif isinstance(erp, Drafts) and isinstance(erp, Finds):
        drafts.deliver(step, erp, parcels)
    elif promise is Guarantee.ONCE_UNLESS_LATE and isinstance(erp, Creates):
        singles.create(step, erp, parcels)
    elif connection.accepts_at_most_once and isinstance(erp, Creates):
        step.blind = True
        singles.create_blindly(step, erp, parcels)
    else:
        noun = step.outbound.document.__name__
        words = f"This ERP does not take documents of the kind {noun} in a way that is safe."
        step.settle([(parcel, stopped(words)) for parcel in parcels])


def _give_back(step: Round, parcels: Sequence[Parcel]) -> None:
    """What the round did not come to is due again."""
    left = [parcel for parcel in parcels if parcel.outbox_id not in step.settled]
    step.settle([(parcel, later("", utcnow(), code="sync.given_back")) for parcel in left])
