"""What a module brings to the sync: its documents out, and what it does with those that come in.

A module's ``erp.py`` holds these functions; they translate between records and documents, in our
transaction, and never talk to an ERP. Ids in documents are the ERP's own; ``Bindings`` translates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select

from core.db.base import Record
from core.errors import CrmError
from core.sync.documents import Document
from core.sync.merge.shared import Shared
from core.work import UnitOfWork

D = TypeVar("D", bound=Document)


class Waits(CrmError):
    """What this record refers to is not in the ERP yet: it is sent first, and this one after it.

    ``kind`` and ``local_id`` name it; ``local_id`` None means that a person must act: the message
    says how (a product the ERP does not know).
    """

    code = "sync.waits"
    http_status = 409

    def __init__(self, message: str, *, kind: str, local_id: UUID | None) -> None:
        super().__init__(message)
        self.kind = kind
        self.local_id = local_id


class Missing(CrmError):
    """Arrived documents refer to some we do not have: the engine pulls those first."""

    code = "sync.missing"

    def __init__(self, message: str, *, kind: str, external_ids: Sequence[str]) -> None:
        super().__init__(message)
        self.kind = kind
        self.external_ids = tuple(external_ids)

    @property
    def needs(self) -> set[tuple[str, str]]:
        return {(self.kind, external_id) for external_id in self.external_ids}


class Bindings(Protocol):
    """Our ids and theirs, for one connection."""

    @property
    def connection_id(self) -> UUID: ...
    @property
    def connection_name(self) -> str: ...
    @property
    def company_id(self) -> UUID:
        """Ours: the company records of this connection belong to."""
        ...

    @property
    def erp_company(self) -> str: ...
    @property
    def in_hand(self) -> frozenset[UUID]:
        """Our ids of records whose document is made and sent right after this."""
        ...

    def external(self, kind: str, local_id: UUID) -> str:
        """The ERP's id. Raise Waits when the record is not there yet."""
        ...

    def externals(self, kind: str, local_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """In one query; records that are not there yet are left out."""
        ...

    def local(self, kind: str, external_id: str) -> UUID | None: ...
    def locals(self, kind: str, external_ids: Sequence[str]) -> Mapping[str, UUID]:
        """In one query; ids that are not bound are left out."""
        ...

    def bind(self, kind: str, pairs: Mapping[str, UUID]) -> None:
        """External id to ours, in bulk; a pair that stands already is left as it is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Generic[D]):
    """A document as it came in. ``local_id`` is ours, when the record is bound already."""

    external_id: str
    document: D
    local_id: UUID | None
    #: Our reference as the ERP holds it, when the record was born here.
    reference: str | None
    #: The ERP's stamp of this version, if it has one.
    stamp: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A record the ERP has no more: it was deleted there, which is more than archived.

    ``local_id`` is ours; None for a mirror that binds nothing.
    """

    external_id: str
    local_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far a record we send has come. ``message`` is for people, '' while all is well."""

    state: str
    external_id: str | None
    number: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How far a cancellation or a change of a record has come that the ERP has.

    ``state`` is a ``RequestState``; ``subject`` the module's own record of what is asked for;
    ``message`` the ERP's words when it refused.
    """

    verb: str
    state: str
    subject: UUID | None
    message: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Where people see a record: ``endpoint`` takes its id as ``argument``."""

    endpoint: str
    argument: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound(Generic[D]):
    """``load`` makes the document as it is now, in a reading transaction; it raises Waits.

    ``settled`` (optional) is told in the settling transaction what became of it. ``load_change``
    makes the document a change wishes, by its subject; ``answered`` is told in the settling
    transaction what became of a change or a cancellation.
    """

    kind: str  #: the module's name for its record: ``sales.order``; also the bindings' kind
    document: type[D]
    load: Callable[[UnitOfWork, UUID, Bindings], D]
    settled: Callable[[UnitOfWork, UUID, Delivery], None] | None = None
    load_change: Callable[[UnitOfWork, UUID, Bindings], D] | None = None
    answered: Callable[[UnitOfWork, UUID, Answer], None] | None = None
    page: RecordPage | None = None
    #: What the ERP may change too: it is merged with what comes in, see ``core/sync/merge``.
    shared: Shared[D] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound(Generic[D]):
    """Documents with effects: one by one, each changed version once (the inbox sees to that).

    ``apply`` answers our id of the record, which the engine binds. It raises Missing for a document
    it refers to that has not come yet. ``gone`` is told what was deleted over there; without it
    that is left to a person. ``record`` is the table of the record itself, which plans read.
    """

    kind: str
    document: type[D]
    apply: Callable[[UnitOfWork, Arrived[D], Bindings], UUID]
    page: RecordPage | None = None
    #: Seconds between two polls: how old what people see of the ERP may be, at its ERP's cost.
    every_s: float = 3
    gone: Callable[[UnitOfWork, Sequence[Gone], Bindings], None] | None = None
    record: type[Record] | None = None
    #: Columns of ``record`` that are money: many that would change at once are asked about first.
    amounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a page of a mirror came to: rows inserted or changed, and rows that stayed."""

    written: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror(Generic[D]):
    """Facts without effects, applied a page at a time; rows that did not change are not written.

    ``apply`` binds what others refer to (products), and raises Missing like ``Inbound``. ``gone``,
    ``record`` and ``amounts`` are as there, but without ``gone`` the rows stay as they are.
    """

    kind: str
    document: type[D]
    apply: Callable[[UnitOfWork, Sequence[Arrived[D]], Bindings], Counts]
    page: RecordPage | None = None
    every_s: float = 3
    #: False where ``apply`` binds nothing, so that nothing is looked up: ``local_id`` is None. The
    #: ``record`` then has the columns ``source`` and ``external_id`` in place of bindings.
    binds: bool = True
    gone: Callable[[UnitOfWork, Sequence[Gone], Bindings], None] | None = None
    record: type[Record] | None = None
    amounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated(Generic[D]):
    """What we hold of a kind, to be compared with the ERP's documents in a statement.

    ``lines`` selects labelled columns, one row per record: ``id``, ``company_id``, ``number`` (for
    people), ``day`` (the business date, None for what has none), ``unit`` (currency, or unit of
    measure), ``net``, ``total`` (None: not compared), ``state`` (as the document says it) and
    ``words`` (further fields to compare as one text). The host keeps to records that are bound to
    the connection by their id, or by ``bound`` and ``part``, where the select has these: a level is
    named by its product (a binding of kind ``bound_as``) and its warehouse. With a label ``source``
    only what that connection said counts.
    """

    kind: str
    document: type[D]
    lines: Select[*tuple[Any, ...]]
    #: False for what is compared as of now, whatever the period: levels, parties.
    dated: bool = True
    bound_as: str | None = None
