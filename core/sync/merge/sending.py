"""What a push does with records both sides may change: read, merge, write what is ours, read back.

Only what was changed here is written. For every other field the document says what the ERP said a
moment ago, so that neither an open conflict nor the ERP's own change is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

from core.errors import Busy, CrmError
from core.sync.bindings import ConnectionBindings
from core.sync.contract import Reads
from core.sync.errors import NotFound, SyncError, Unsent
from core.sync.exchange import Bindings, Mirror, Outbound
from core.sync.merge.conflicts import open_conflicts
from core.sync.merge.records import agreed_rows, base_of
from core.sync.merge.shared import Writer
from core.sync.models import Connection, DeliveryState, OutboxState
from core.sync.pull.stream import mirror as apply_page
from core.sync.push.parcel import Parcel, Verdict, Verdicts
from core.sync.push.round import Round
from core.sync.push.verdicts import stopped, verdict
from core.sync.values import Seen
from core.work import UnitOfWork

log = structlog.get_logger()

_ARRIVED = Verdict(row=OutboxState.DONE, delivery=DeliveryState.CONFIRMED)


def refresh(step: Round, connection: Connection, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Bring the parcels of records the ERP has up to date with what it says now.

    Settles those that need not be sent, and those whose record is gone over there.
    """
    known = [parcel for parcel in parcels if parcel.external_id is not None]
    if step.outbound.shared is None or not isinstance(step.endpoint, Reads) or not known:
        return list(parcels)
    fresh = [parcel for parcel in parcels if parcel.external_id is None]
    try:
        seen = _read(step.endpoint, known)
    except SyncError as error:
        step.give_up(known, error)
        return []
    gone = [parcel for parcel in known if parcel.external_id not in seen]
    there = [parcel for parcel in known if parcel.external_id in seen]
    missing = NotFound("it was deleted there")
    step.settle([(parcel, verdict(parcel, missing)) for parcel in gone])
    return fresh + _merged(step, connection, there, seen)


def read_back(step: Round, connection: Connection, parcels: Sequence[Parcel]) -> None:
    """See at once how the ERP keeps what was written; where that fails, the next pull does."""
    written = [parcel for parcel in parcels if parcel.arrived and parcel.external_id is not None]
    if step.outbound.shared is None or not isinstance(step.endpoint, Reads) or not written:
        return
    try:
        seen = _read(step.endpoint, written)
        with step.context.write(source=connection.name) as work:
            _take(work, step.outbound, ConnectionBindings(work, connection), seen.values())
    except Exception as error:  # noqa: BLE001 - a border: what was written stays written
        log.warning("read_back.failed", kind=step.route.kind, error=str(error))


def _read(erp: Reads[Any], parcels: Iterable[Parcel]) -> dict[str, Seen[Any]]:
    """Reading again is harmless, and so is whatever goes wrong with it."""
    try:
        found = erp.read([parcel.ref.id for parcel in parcels])
    except SyncError:
        raise
    except Exception as error:  # a border: a stranger's code
        log.exception("connector.failed", verb="read")
        raise Unsent(f"The connector failed: {type(error).__name__}: {error}") from error
    return {item.ref.id: item for item in found}


def _merged(
    step: Round, connection: Connection, parcels: list[Parcel], seen: Mapping[str, Seen[Any]]
) -> list[Parcel]:
    try:
        with step.context.write(source=connection.name) as work:
            mine = frozenset(parcel.local_id for parcel in parcels)
            bindings = ConnectionBindings(work, connection, in_hand=mine)
            wanted = [seen[parcel.ref.id] for parcel in parcels]
            _take(work, step.outbound, bindings, wanted)
            for parcel in parcels:
                _fill(work, step.outbound, bindings, parcel, seen[parcel.ref.id])
    except (Busy, OperationalError):  # the database is away: that is not about the records
        raise
    except CrmError as error:
        step.settle([(parcel, stopped(str(error), code=error.code)) for parcel in parcels])
        return []
    except Exception as error:  # a border: a module's code
        log.exception("merge.failed", kind=step.route.kind)
        words = f"It could not be merged: {type(error).__name__}: {error}"
        step.settle([(parcel, stopped(words)) for parcel in parcels])
        return []
    at_one: Verdicts = [(parcel, _ARRIVED) for parcel in parcels if not parcel.written]
    step.settle(at_one)
    return [parcel for parcel in parcels if parcel.written]


def _take(
    work: UnitOfWork,
    outbound: Outbound[Any],
    bindings: ConnectionBindings,
    seen: Iterable[Seen[Any]],
) -> None:
    """As the pull does: the module merges, by ``merge_records``."""
    known = (one for one in work.enabled.inbound if one.kind == outbound.kind)
    receives = next((one for one in known if isinstance(one, Mirror)), None)
    if receives is None:
        return
    apply_page(work, receives, list(seen), bindings)
    work.session.flush()


def _fill(
    work: UnitOfWork,
    outbound: Outbound[Any],
    bindings: Bindings,
    parcel: Parcel,
    seen: Seen[Any],
) -> None:
    """Give the parcel the document that changes over there what was changed here, and no more."""
    shared = outbound.shared
    if shared is None:
        return
    document = outbound.load(work, parcel.local_id, bindings)
    ours, theirs = shared.read(document), shared.read(seen.body)
    base = base_of(agreed_rows(work, shared, bindings, [parcel.local_id])[parcel.local_id])
    asked = open_conflicts(work, [parcel.binding_id]).get(parcel.binding_id, {})
    parcel.written = {
        name: ours.get(name)
        for name in sorted({*ours, *base.names()})
        if base.our(name) != ours.get(name)
        and name not in asked
        and shared.field(name).writer is not Writer.ERP
    }
    said = {name: theirs.get(name) for name in {*ours, *theirs} - parcel.written.keys()}
    kept = {
        name: value for name, value in said.items() if name in theirs or shared.field(name).many
    }
    parcel.document = shared.written(document, kept)
    parcel.version = seen.ref.version
