"""The contract of a connector. Read from the bottom: connector, session, endpoint, verbs.

A write verb takes a list and answers one outcome per item, **in order**. An error returned at one
place is about that record; an error raised is about every record of the list. ``draft`` and
``create`` end with their write: a read that failed after it would hide that it was done.
Look-ups (``find``, ``read``) answer what is there, in any order, and leave out what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from marshmallow import Schema

from core.sync.arithmetic import COMMERCIAL, Arithmetic
from core.sync.documents import Document
from core.sync.errors import SyncError
from core.sync.sessions import Sessions, Webhook
from core.sync.values import Found, Outcome, Outgoing, Ref, Seen, Simulated, Stream, Summary

D_co = TypeVar("D_co", bound=Document, covariant=True)
D_contra = TypeVar("D_contra", bound=Document, contravariant=True)
S_contra = TypeVar("S_contra", contravariant=True)


@runtime_checkable
class Upserts(Protocol[D_contra]):
    """The ERP enforces our reference as a key: the same one twice is one record."""

    def upsert(self, items: Sequence[Outgoing[D_contra]]) -> list[Outcome]: ...


@runtime_checkable
class Drafts(Protocol[D_contra]):
    """Two steps. ``confirm`` and ``discard`` read the state first: repeating them is harmless."""

    def draft(self, items: Sequence[Outgoing[D_contra]]) -> list[Outcome]: ...
    def confirm(self, refs: Sequence[Ref]) -> list[Outcome]: ...
    def discard(self, refs: Sequence[Ref]) -> list[Outcome]:
        """Remove drafts; gone already is done. ``Rejected`` for what is no longer a draft."""
        ...


@runtime_checkable
class Creates(Protocol[D_contra]):
    """One step, and nothing over there that stops a second one."""

    def create(self, items: Sequence[Outgoing[D_contra]]) -> list[Outcome]: ...


@runtime_checkable
class Finds(Protocol):
    """Every record that carries the reference, doubles and cancelled ones too."""

    def find(self, references: Sequence[str]) -> list[Found]: ...


@runtime_checkable
class Updates(Protocol[D_contra]):
    """``ref.version`` is what we last saw; ``Conflict`` when the ERP has a newer one."""

    def update(self, items: Sequence[Outgoing[D_contra]]) -> list[Outcome]: ...


@runtime_checkable
class Cancels(Protocol):
    def cancel(self, refs: Sequence[Ref]) -> list[Outcome]: ...


@runtime_checkable
class Simulates(Protocol[D_contra]):
    """Price, tax, availability and credit of orders the ERP does not store."""

    def simulate(self, documents: Sequence[D_contra]) -> list[Simulated | SyncError]: ...


@runtime_checkable
class Reads(Protocol[D_co]):
    def read(self, ids: Sequence[str]) -> Sequence[Seen[D_co]]: ...


@runtime_checkable
class Lists(Protocol):
    """For sweeps: ids and versions after ``after``, in the ERP's order; an empty list ends it."""

    def ids(self, after: str, limit: int) -> list[Ref]: ...


@runtime_checkable
class Summarises(Protocol):
    """The ERP's own sums, for reconciliation; dates as the ERP has them, both included.

    What binds nobody does not count: drafts and what was cancelled. ``totals`` are net amounts, of
    payments the amount; kinds without a date or an amount count all there is, and have no totals.
    Where an endpoint also has ``Dated``, the sums prove that the list is whole; where it has not,
    a span whose sums agree is taken as agreeing, and only days that differ are read.
    """

    def summarise(self, first: date, last: date) -> Summary: ...


@runtime_checkable
class Dated(Protocol[D_co]):
    """For reconciliation: all that the ERP dates ``first`` to ``last``, both included, with bodies.

    Drafts and cancelled ones too, doubles too; by id, after ``after``; an empty list ends it.
    """

    def dated(self, first: date, last: date, after: str, limit: int) -> Sequence[Seen[D_co]]: ...


@runtime_checkable
class Hints(Protocol):
    """Ids to read again. ``Rejected`` when the webhook's signature is wrong."""

    def hints(self, webhook: Webhook) -> list[str]: ...


class Endpoint(Protocol):
    """What a connector offers for one kind of document: this, and the verbs it can."""

    @property
    def document(self) -> type[Document]: ...
    @property
    def streams(self) -> Sequence[Stream[Document]]: ...


class ErpSession(Protocol):
    """One open connection to one ERP company; used by one thread at a time."""

    @property
    def endpoints(self) -> Sequence[Endpoint]: ...
    def check(self) -> str:
        """What the set-up form shows: the company's name and the ERP's version."""
        ...


class DemoErp(Protocol):
    """An ERP with made-up data in a folder of its own; what its users would do, by its own API."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What ``connection add`` needs; known once it was started."""
        ...

    @property
    def credentials(self) -> Mapping[str, str]:
        """What ``.demo/credentials.json`` shows: url, database, login and password."""
        ...

    def start(self, report: Callable[[str], None]) -> None:
        """Install on the first call, start the server, wait until it answers.

        ``report`` gets one short line per step. Raises ``RuleBroken`` with one clear line when a
        tool is missing or a port is taken.
        """
        ...

    def stop(self) -> None: ...
    def ship(self, reference: str) -> str:
        """Ship all that is open of the order with our ``reference``; answers what was done."""
        ...

    def invoice(self, reference: str) -> str: ...
    def pay(self, reference: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorManifest:
    #: Also the entry point's name and the namespace in ``extra``.
    key: str
    title: str
    #: Loads into a frozen dataclass (``post_load``), which ``open`` takes. Fields with
    #: ``metadata={"secret": True}`` are written only, and masked; ``metadata`` also takes
    #: ``title`` and ``help`` for the set-up form.
    settings: type[Schema]
    documents: tuple[type[Document], ...]
    #: ERP versions this was tried against.
    versions: tuple[str, ...]
    #: Settings (``fields.Dict``) an admin may have to fill: our code to the ERP's (units, taxes).
    value_maps: tuple[str, ...] = ()
    #: How the ERP rounds amounts and adds up taxes, so that an estimate here is its own figure.
    arithmetic: Arithmetic = COMMERCIAL
    #: A real ERP of this kind for a demo on this machine, if the connector brings one.
    demo: Callable[[Path], DemoErp] | None = None


class Connector(Protocol[S_contra]):
    """What the entry point of ``tandem.connectors`` names."""

    @property
    def manifest(self) -> ConnectorManifest: ...
    def open(self, settings: S_contra, sessions: Sessions) -> ErpSession:
        """``settings`` is what the manifest's schema loaded."""
        ...


class Guarantee(StrEnum):
    """What the admin is promised for documents we send."""

    EXACTLY_ONCE = "exactly_once"
    #: Strays are drafts, discarded by the sweep; needs no timing assumption.
    CONFIRMED_ONCE = "confirmed_once"
    #: A request the ERP runs later than the quarantine can double; the sweep finds it.
    ONCE_UNLESS_LATE = "once_unless_late"
    #: Refused for orders unless the admin accepts manual repair.
    AT_MOST_ONCE = "at_most_once"
    INBOUND_ONLY = "inbound_only"


def guarantee(endpoint: Endpoint) -> Guarantee:
    """Derive the promise from the verbs the endpoint has; nothing is declared beside them."""
    finds = isinstance(endpoint, Finds)
    if isinstance(endpoint, Upserts):
        return Guarantee.EXACTLY_ONCE
    if finds and isinstance(endpoint, Drafts):
        return Guarantee.CONFIRMED_ONCE
    if isinstance(endpoint, Creates):
        return Guarantee.ONCE_UNLESS_LATE if finds else Guarantee.AT_MOST_ONCE
    return Guarantee.INBOUND_ONLY
