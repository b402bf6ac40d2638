"""Traits: facts about records that modules share without knowing each other.

Its owner says in the manifest how a trait is read, as one SELECT; a segment, a score, a service
level or a price asks for it by name (``loyalty.tier``). Where the owner is disabled there is no
such trait, and whoever asks goes on without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from core.errors import NotFound
from core.web.i18n import gettext as _
from core.work import UnitOfWork


class Shape(StrEnum):
    """What a trait's values are, and so how they are compared and shown."""

    TEXT = "text"
    #: One of ``Trait.choices``.
    CHOICE = "choice"
    NUMBER = "number"
    #: An amount in the currency of the record's company.
    MONEY = "money"
    #: An aware moment.
    MOMENT = "moment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One fact per record of kind ``subject``.

    ``select`` answers ``SELECT <subject's id>, <value>`` with at most one row per record, or, when
    ``many``, one per value; a record without a row has no such fact. It does not look at the
    actor: who asks limits the subjects by ``visible``.
    """

    #: ``loyalty.tier``: begins with the module's name.
    name: str
    title: str
    #: Kind of record, like ``contacts.party``.
    subject: str
    shape: Shape
    select: Callable[[UnitOfWork], Select[UUID, Any]]
    #: What a person needs to build on it and to see its values.
    permission: str
    many: bool = False
    #: Value and title of each, for ``Shape.CHOICE``.
    choices: Callable[[UnitOfWork], Sequence[tuple[str, str]]] | None = None


def trait(work: UnitOfWork, name: str) -> Trait:
    """Raise NotFound when no enabled module has it."""
    if (found := work.enabled.traits.get(name)) is None:
        raise NotFound(_("No enabled module knows “%(name)s”.", name=name))
    return found


def values(work: UnitOfWork, name: str, ids: Sequence[UUID]) -> Mapping[UUID, Any]:
    """What each record has, for those that have it; nothing when the trait's owner is disabled."""
    if (found := work.enabled.traits.get(name)) is None or not ids:
        return {}
    rows = found.select(work).subquery()
    key, value = rows.columns
    statement = rows.select().with_only_columns(key, value).where(key.in_(ids))
    return {row[0]: row[1] for row in work.session.execute(statement)}


def value(work: UnitOfWork, name: str, record_id: UUID) -> Any | None:
    """None when the record has no such fact, or nobody is there to know it."""
    return values(work, name, [record_id]).get(record_id)
