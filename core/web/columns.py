"""The columns of a list: one function per kind. The first column of a list is its link.

    COLUMNS = (
        link("number", _l("Order"), to="sales_pages.order"),
        text("customer", _l("Customer")),
        state("commercial", _l("State"), ORDER_CHIPS),
        moment("created_at", _l("Created")),
        money("total", _l("Total"), currency="currency"),
    )

``name`` is the label of a column of the listing's statement. Where the listing can be sorted by
that name, the head becomes a link. Titles are marked with ``lazy``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import g, url_for
from markupsafe import Markup, escape
from sqlalchemy import Row

from core.codec import to_plain
from core.web import atoms, formats
from core.web.i18n import gettext as _

#: Answers text, which is escaped, or markup.
Cell = Callable[[Row[Any]], "str | Markup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    title: str
    cell: Cell
    #: For the CSV: exact and unformatted, one per head.
    plain: Callable[[Row[Any]], list[str]]
    #: Heads of the CSV beyond the first (the currency of an amount).
    beside: tuple[str, ...] = ()
    #: Numbers stand at the end of their cell, so that their places stand under each other.
    at_end: bool = False

    def html(self, row: Row[Any]) -> Markup:
        return escape(self.cell(row))


def text(name: str, title: str) -> Column:
    return Column(name=name, title=title, cell=lambda row: _text(row, name), plain=_plain(name))


def link(name: str, title: str, *, to: str, key: str = "id", argument: str = "key") -> Column:
    """``to`` is the endpoint of the record's page; it takes the row's ``key`` as ``argument``."""

    def cell(row: Row[Any]) -> Markup | str:
        record = getattr(row, key)
        if record is None:
            return _text(row, name)
        return atoms.link(_text(row, name) or _("(no name)"), _address(to, argument, record))

    return Column(name=name, title=title, cell=cell, plain=_plain(name))


def money(name: str, title: str, *, currency: str = "currency") -> Column:
    """``currency`` is the label of the column with the ISO 4217 code."""

    def cell(row: Row[Any]) -> str:
        amount = getattr(row, name)
        return "" if amount is None else formats.money(amount, getattr(row, currency))

    plain = _plain(name, currency)
    return Column(name=name, title=title, cell=cell, plain=plain, beside=(currency,), at_end=True)


def quantity(name: str, title: str, *, uom: str = "uom") -> Column:
    """``uom`` is the label of the column with the UN/ECE code."""

    def cell(row: Row[Any]) -> str:
        amount = getattr(row, name)
        return "" if amount is None else formats.quantity(amount, getattr(row, uom))

    plain = _plain(name, uom)
    return Column(name=name, title=title, cell=cell, plain=plain, beside=(uom,), at_end=True)


def number(name: str, title: str) -> Column:
    def cell(row: Row[Any]) -> str:
        value = getattr(row, name)
        return "" if value is None else formats.number(value)

    return Column(name=name, title=title, cell=cell, plain=_plain(name), at_end=True)


def day(name: str, title: str) -> Column:
    def cell(row: Row[Any]) -> str:
        value = getattr(row, name)
        return "" if value is None else formats.day(value)

    return Column(name=name, title=title, cell=cell, plain=_plain(name))


def moment(name: str, title: str) -> Column:
    return Column(
        name=name,
        title=title,
        cell=lambda row: atoms.moment(getattr(row, name)),
        plain=_plain(name),
    )


def state(name: str, title: str, chips: atoms.Chips[atoms.S]) -> Column:
    return Column(
        name=name,
        title=title,
        cell=lambda row: atoms.state(getattr(row, name), chips),
        plain=_plain(name),
    )


def flag(name: str, title: str) -> Column:
    def cell(row: Row[Any]) -> str:
        return _("Yes") if getattr(row, name) else _("No")

    return Column(name=name, title=title, cell=cell, plain=_plain(name))


def made(name: str, title: str, cell: Cell, *, at_end: bool = False) -> Column:
    """For what no kind above shows; the CSV has the column ``name`` as it is."""
    return Column(name=name, title=title, cell=cell, plain=_plain(name), at_end=at_end)


#: Stands for a record's id in the address that is made once per request.
_ANY = UUID(int=0)


def _address(endpoint: str, argument: str, record: Any) -> str:
    """As ``url_for``, which takes longer than all the rest of a row."""
    if not isinstance(record, UUID):
        return url_for(endpoint, **{argument: record})
    made: dict[str, str] = g.setdefault("addresses", {})
    if endpoint not in made:
        words: dict[str, Any] = {argument: _ANY}
        made[endpoint] = url_for(endpoint, **words)
    return made[endpoint].replace(str(_ANY), str(record))


def _text(row: Row[Any], name: str) -> str:
    value = getattr(row, name)
    return "" if value is None else str(value)


def _plain(*names: str) -> Callable[[Row[Any]], list[str]]:
    def plain(row: Row[Any]) -> list[str]:
        values = (to_plain(getattr(row, name)) for name in names)
        return ["" if value is None else str(value) for value in values]

    return plain
