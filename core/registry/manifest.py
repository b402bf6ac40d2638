"""What a module says about itself: frozen data. Registering is the host's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint

from core.deeds import Deed
from core.events import Subscription
from core.jobs.job import Job
from core.portal import Section
from core.sync.exchange import Inbound, Mirror, Outbound, Stated
from core.traits import Trait
from core.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """``name`` begins with the module's: ``sales.confirm``.

    ``whole`` is one over the whole installation: who does not see all companies does not hold it.
    """

    name: str
    title: str
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A bundle of permissions offered ready-made; ``name`` may recur in several modules.

    The permissions of ``Salesperson`` are those every enabled module gives to a role of that name.
    """

    name: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A piece of HTML a module adds to a page it does not own.

    ``render`` gets the record's id and answers markup, or an empty string when it has nothing to
    show. It is called only for people with ``permission``.
    """

    slot: str
    title: str
    render: Callable[[UUID, UnitOfWork], str]
    permission: str
    order: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    title: str
    #: Flask endpoint of the page: ``contacts_pages.index``.
    endpoint: str
    permission: str
    icon: str
    order: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    #: Also the entry point's name and the prefix of its tables, permissions and revisions.
    name: str
    title: str
    summary: str = ""
    requires: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    roles: tuple[Role, ...] = ()
    #: flask-smorest blueprints are mounted under ``/api/v1``, plain ones under ``/``.
    blueprints: tuple[Blueprint, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    panels: tuple[Panel, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    jobs: tuple[Job, ...] = ()
    outbound: tuple[Outbound[Any], ...] = ()
    inbound: tuple[Inbound[Any], ...] = ()
    mirrors: tuple[Mirror[Any], ...] = ()
    #: What statements compare with the ERP.
    statements: tuple[Stated[Any], ...] = ()
    #: Facts about records that other modules may ask for by name.
    traits: tuple[Trait, ...] = ()
    #: What it can do for a record when another module's journey or rule asks.
    deeds: tuple[Deed, ...] = ()
    #: What customers see of it in their portal.
    portal: tuple[Section, ...] = ()
    #: Folder of Alembic revisions inside the package; None for a module without tables.
    migrations: str | None = None
    #: Seeds rows when the module is enabled; runs at every enabling, so it must be idempotent.
    install: Callable[[UnitOfWork], None] | None = None
