"""The values that go into the verbs of a connector and come out of them.

Write ``Seen(...)`` and annotate the variable: on Python 3.11 ``Seen[Party](...)`` raises TypeError
for a frozen, slotted generic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from core.money import Money
from core.sync.documents import CreditStatus, Document, DocumentState
from core.sync.errors import SyncError

D_co = TypeVar("D_co", bound=Document, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A record over there. ``version`` is its stamp or ETag as last seen, None if not known."""

    id: str
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing(Generic[D_co]):
    """A document to write. ``reference`` was minted once; ``ref`` is set when the ERP has it."""

    reference: str
    document: D_co
    ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record that carries one of our references, and what tells whether it is really ours."""

    reference: str
    ref: Ref
    state: DocumentState
    customer: str
    net: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The ERP did it. ``ref.version`` is the one our write made, if the answer tells."""

    ref: Ref
    state: DocumentState
    number: str | None = None


Outcome = Done | SyncError


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a stream: a stamp of the ERP's clock, aware UTC, and an id inside that stamp.

    The engine moves the stamp back by the overlap; only the connector compares ids. A feed with a
    token has no stamp: ``id`` is the token, and there is no overlap. ``Position()`` is the start.
    """

    stamp: datetime | None = None
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Generic[D_co]):
    """A record that changed, or was read. ``body`` only where it costs no further request."""

    ref: Ref
    stamp: datetime | None = None
    reference: str | None = None
    body: D_co | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[D_co]):
    """One step of a stream. ``next`` None is its end; a short or empty page is not."""

    items: tuple[Seen[D_co], ...]
    next: Position | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Generic[D_co]):
    """One feed of changes: ``changed(after, limit)``, by (stamp, id), oldest first.

    It may name a record twice, and one whose owner did not move: a party, since an address did.
    """

    name: str
    changed: Callable[[Position, int], Page[D_co]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    net: Money
    tax: Money
    #: ERP ids of products that could not be shipped in full today.
    short: tuple[str, ...] = ()
    credit: CreditStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """For reconciliation: see ``Summarises``; one total per currency."""

    count: int
    totals: tuple[Money, ...]
