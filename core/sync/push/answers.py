"""What a connector answered, looked at before it is believed: nothing is ever bound crosswise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from core.sync.contract import Reads
from core.sync.errors import InDoubt, SyncError
from core.sync.models import Binding
from core.sync.push.claim import Route
from core.sync.push.parcel import Parcel
from core.sync.values import Done, Outcome
from core.work import UnitOfWork


def checked(answers: object, parcels: Sequence[Parcel]) -> list[Outcome] | InDoubt:
    """One outcome per parcel, in order; what can not be right is in doubt.

    With more or fewer answers than records nobody can say which belongs to which.
    """
    if not isinstance(answers, Sequence) or len(answers) != len(parcels):
        count = len(answers) if isinstance(answers, Sequence) else "no"
        return InDoubt(f"The connector gave {count} answers for {len(parcels)} records.")
    ids = Counter(one.ref.id for one in answers if isinstance(one, Done))
    return [_checked(answer, ids) for answer in answers]


def _checked(answer: object, ids: Mapping[str, int]) -> Outcome:
    if isinstance(answer, SyncError):
        return answer
    if not isinstance(answer, Done):
        return InDoubt("The connector gave no answer for this record.")
    if not answer.ref.id:
        return InDoubt("The connector gave no id for this record.")
    if ids[answer.ref.id] > 1:
        return InDoubt(f"The connector gave the id {answer.ref.id} for several records.")
    return answer


def about_themselves(outcomes: Sequence[Outcome], parcels: Sequence[Parcel]) -> list[Outcome]:
    """For verbs that name a record by its id: the answer names the same. Raises InDoubt."""
    if isinstance(answers := checked(outcomes, parcels), InDoubt):
        raise answers
    return [
        InDoubt(f"The connector answered for {one.ref.id} in place of {parcel.external_id}.")
        if isinstance(one, Done) and one.ref.id != parcel.external_id
        else one
        for parcel, one in zip(parcels, answers, strict=True)
    ]


def read_back(
    erp: object, outcomes: Sequence[Outcome], parcels: Sequence[Parcel]
) -> Sequence[Outcome]:
    """Several new records at once: each id leads to its own reference, where the ERP tells."""
    answers = checked(outcomes, parcels)
    if isinstance(answers, InDoubt) or len(parcels) == 1 or not isinstance(erp, Reads):
        return outcomes
    new = [
        one.ref.id
        for parcel, one in zip(parcels, answers, strict=True)
        if isinstance(one, Done) and parcel.external_id is None
    ]
    if not new:
        return outcomes
    try:
        references = {seen.ref.id: seen.reference for seen in erp.read(new)}
    except SyncError as error:
        raise InDoubt(f"It was sent, and could not be read back: {error}") from error
    return [
        InDoubt(f"The connector gave the id {one.ref.id}, which is another record.")
        if isinstance(one, Done) and references.get(one.ref.id) not in {None, parcel.reference}
        else one
        for parcel, one in zip(parcels, answers, strict=True)
    ]


def not_anothers(
    work: UnitOfWork, route: Route, answers: Sequence[tuple[Parcel, Outcome]]
) -> list[tuple[Parcel, Outcome]]:
    """An id that another record of ours is bound to is no answer for this one."""
    ids = [one.ref.id for _, one in answers if isinstance(one, Done)]
    owners = owners_of(work, route, ids)
    return [
        (parcel, InDoubt(f"The connector gave the id {one.ref.id}, which is another record's."))
        if isinstance(one, Done) and owners.get(one.ref.id, parcel.binding_id) != parcel.binding_id
        else (parcel, one)
        for parcel, one in answers
    ]


def owners_of(work: UnitOfWork, route: Route, ids: Sequence[str]) -> dict[str | None, object]:
    """Which binding has which of the ids."""
    rows = work.session.execute(
        select(Binding.external_id, Binding.id).where(
            Binding.connection_id == route.connection_id,
            Binding.kind == route.kind,
            Binding.external_id.in_(ids),
        )
    )
    return dict(rows.all()) if ids else {}
