"""Deeds: what a module can do for a record when another one's journey or rule asks for it.

The owner of a journey knows neither points nor tickets: it offers every enabled module's deeds by
their titles, keeps the settings their schema allows, and asks for them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import Schema

from core.errors import NotFound
from core.web.i18n import gettext as _
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One deed for one record. Asked again with the same ``key``, it is not done again."""

    record_id: UUID
    settings: Mapping[str, Any]
    #: At most 200 characters, and the same at every try: ``marketing.enrolment:<id>:<step>``.
    key: str
    #: For the record's history, in words: which journey or rule wants it.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """``run`` works in the caller's transaction, and raises RuleBroken when it can not be done."""

    #: ``loyalty.grant_points``: begins with the module's name.
    name: str
    title: str
    #: Kind of record, like ``contacts.party``.
    subject: str
    #: What a person needs to have it done.
    permission: str
    #: Its form: titles in each field's ``metadata``, like a connector's settings.
    settings: type[Schema]
    run: Callable[[Asked, UnitOfWork], None]


def do(work: UnitOfWork, name: str, asked: Asked) -> None:
    """Raise NotFound when no enabled module can, RuleBroken when the module says no."""
    if (deed := work.enabled.deeds.get(name)) is None:
        raise NotFound(_("No enabled module can do “%(name)s”.", name=name))
    deed.run(asked, work)
