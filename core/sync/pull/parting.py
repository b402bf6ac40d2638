"""What two sweeps did not list is asked for once more, and handed to its module as deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update

from core.sync.exchange import Gone, Inbound
from core.sync.models import InboxRow, InboxState
from core.sync.pull.inbox import DELETED
from core.sync.pull.listing import Listing
from core.sync.pull.readers import Readers
from core.sync.pull.stream import Reader
from core.sync.values import Ref, Seen
from core.work import UnitOfWork

#: More deletions than this are a plan that asks. A single one is no mass, however few there are.
MOST, PER_CENT = 50, 2


def is_mass(gone: int, known: int) -> bool:
    return gone > MOST or (gone > 1 and gone * 100 > known * PER_CENT)


@dataclass(frozen=True, slots=True)
class Parting:
    """``listing.round`` is the sweep after which nothing more counts as missing."""

    readers: Readers
    reader: Reader
    listing: Listing

    def page(self, after: str) -> str | None:
        """One page of what is to go; answers the last id of it, None at the end."""
        with self.reader.context.read() as work:
            absent = self.listing.absent(work, after, self.reader.limit)
        if not absent:
            return None
        found = self.reader.bodies([Seen(ref=Ref(id=key)) for key in absent])
        there = {item.ref.id for item in found}
        gone = [key for key in absent if key not in there]

        def store() -> None:
            with self.reader.telling() as work:
                self.reader.apply(work, found)
                self.listing.note_found(work, sorted(there))
                self._hand_over(work, gone)

        self.readers.with_fetching(store)
        return absent[-1]

    def _hand_over(self, work: UnitOfWork, external_ids: Sequence[str]) -> None:
        receives, bindings = self.reader.receives, self.reader.bindings(work)
        if not external_ids:
            return
        self.listing.note_gone(work, external_ids)
        if receives.gone is not None:
            known = bindings.locals(receives.kind, external_ids)
            gone = [Gone(external_id=key, local_id=known.get(key)) for key in external_ids]
            receives.gone(work, gone, bindings)
        elif isinstance(receives, Inbound):
            self._stop(work, external_ids)

    def _stop(self, work: UnitOfWork, external_ids: Sequence[str]) -> None:
        """No module says what it means: a person must look."""
        work.session.execute(
            update(InboxRow)
            .where(
                InboxRow.connection_id == self.reader.connection.id,
                InboxRow.kind == self.reader.kind,
                InboxRow.external_id.in_(external_ids),
            )
            .values(state=InboxState.STOPPED, message=str(DELETED))
            .execution_options(synchronize_session=False)
        )
