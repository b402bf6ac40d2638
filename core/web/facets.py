"""Filters people may choose on a list, and the address each choice leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from core.api.listing import ListQuery
from core.web.atoms import Chips, S
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: What an address says of a list beside its filters.
OWN = {"q", "sort", "after", "limit", "format", "shown"}


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter of the listing that people may choose here.

    ``choices`` maps values to labels. Without choices it can only be arrived at by a link, and
    ``named`` says what its value means: the customer's name for a customer's id.
    """

    name: str
    title: str
    choices: Mapping[str, str] | Callable[[UnitOfWork], Mapping[str, str]] | None = None
    named: Callable[[UnitOfWork, str], str] | None = None

    def offered(self, work: UnitOfWork) -> Mapping[str, str]:
        if self.choices is None or isinstance(self.choices, Mapping):
            return self.choices or {}
        return self.choices(work)

    def label(self, work: UnitOfWork, value: str) -> str:
        if self.named is not None:
            with suppress(ValueError):  # not even a key: the list itself says so
                return self.named(work, value)
        return _(self.offered(work).get(value, value))


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """One filter that holds now; ``href`` is the list without it."""

    title: str
    label: str
    href: str


def labels(chips: Chips[S]) -> dict[str, str]:
    """The choices of a facet over states."""
    return {key.value: chip.label for key, chip in chips.items()}


def offers(facet: Facet, work: UnitOfWork, query: ListQuery) -> list[Choice]:
    now = query.filters.get(facet.name)
    return [
        Choice(_(label), here(**{facet.name: None if value == now else value}), value == now)
        for value, label in facet.offered(work).items()
    ]


def applied(facets: tuple[Facet, ...], work: UnitOfWork, query: ListQuery) -> list[Applied]:
    known = {facet.name: facet for facet in facets}
    found = []
    for name, value in query.filters.items():
        facet = known.get(name, Facet(name, name))
        found.append(Applied(_(facet.title), facet.label(work, value), here(**{name: None})))
    if query.q:
        found.append(Applied(_("Search"), query.q, here(q=None)))
    return found


def here(**changes: str | None) -> str:
    """The list's first page with some words of its address changed; None takes one away."""
    words: dict[str, str | None] = {name: request.args[name] for name in request.args}
    words |= {"after": None, "shown": None, "format": None, **changes}
    kept = {name: value for name, value in words.items() if value}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
