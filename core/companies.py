"""Companies inside one database, and the one gate through which people read their records."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Currency, Editable, Record
from core.errors import NotFound, RuleBroken
from core.web.i18n import gettext as _
from core.work import UnitOfWork

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


class Company(Editable, Record):
    __tablename__ = "core_company"

    name: Mapped[str]
    currency: Mapped[str] = mapped_column(Currency)


def visible(work: UnitOfWork, statement: S) -> S:
    """Limit ``statement`` to the companies the actor may see.

    Every list, page, search, API read and panel goes through here. It looks at the tables whose
    columns are selected; a table that is only joined is reached through one of those. The first
    column is of what is listed: the tables of others may be joined as outer ones.
    """
    companies = work.actor.companies
    if companies is None:
        return statement
    for place, table in enumerate(statement.columns_clause_froms):
        if (column := table.c.get("company_id")) is not None:
            limit = column.in_(sorted(companies)) if companies else false()
            # No record lacks its company: where it is empty, an outer join found no record.
            statement = statement.where(or_(limit, column.is_(None)) if place else limit)
    return statement


R = TypeVar("R", bound=Record)


def fetch(work: UnitOfWork, model: type[R], key: UUID, *, lock: bool = False) -> R:
    """The record with this key. Raise NotFound when there is none, or not for this actor.

    ``lock`` keeps other writers away until the transaction ends.
    """
    statement = visible(work, select(model).where(model.id == key))
    if lock:
        statement = statement.with_for_update()
    found = work.session.scalar(statement)
    if found is None:
        raise NotFound(f"There is no {model.__name__.lower()} {key}.")
    return found


def home(work: UnitOfWork) -> UUID:
    """The company new records of this actor belong to."""
    if work.actor.company is not None:
        return work.actor.company
    only = work.session.scalars(select(Company.id).limit(2)).all()
    if len(only) != 1:
        raise RuleBroken(_("Choose a company first."))
    return only[0]
