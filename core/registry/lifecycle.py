"""Enable and disable modules at run time: schema, seed and state in one transaction."""

from __future__ import annotations

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.db.database import Database
from core.db.migrate import upgrade
from core.errors import RuleBroken
from core.events import EventPosition, StoredEvent
from core.registry.graph import MissingRequirement, dependants, load_order
from core.registry.models import Installation, ModuleState
from core.registry.registry import Registry
from core.registry.state import Enabled
from core.web.i18n import gettext as _
from core.work import UnitOfWork

#: PostgreSQL advisory lock: one life-cycle step at a time in this database.
_LOCK = 0x7461_6E64
#: DDL waits this long for readers of its tables before it says "busy, try again".
_LOCK_WAIT = "3s"


def enable(database: Database, registry: Registry, name: str, actor: Actor) -> bool:
    """Turn the module on and commit; False when it was on already.

    Tables, seed and state are one transaction: a step that fails leaves nothing behind. Raises
    MissingRequirement, and Busy when its tables are held by somebody else.
    """
    with database.session(writes=True) as session:
        _lock(session, database)
        enabled = registry.enabled(session)
        if name in enabled:
            return False
        _switch_on(session, registry, name, enabled, actor)
        return True


def disable(database: Database, registry: Registry, name: str) -> bool:
    """Turn the module off and commit; its rows stay. False when it was off already."""
    with database.session(writes=True) as session:
        _lock(session, database)
        enabled = registry.enabled(session)
        registry.module(name)
        if name not in enabled:
            return False
        requires = {module.name: module.requires for module in enabled.modules}
        if standing := dependants(name, requires):
            raise RuleBroken(
                _(
                    "%(name)s is needed by %(others)s: disable these first.",
                    name=name,
                    others=", ".join(sorted(standing)),
                )
            )
        _set(session, name, enabled=False)
        return True


def upgrade_all(database: Database, registry: Registry) -> list[str]:
    """Bring the host's and every enabled module's tables up to date; answers what was touched."""
    with database.session(writes=True) as session:
        _lock(session, database)
        done = ["core"] if upgrade(session.connection(), "core", "migrations", "versions") else []
        if session.scalar(select(func.count()).select_from(Installation)) == 0:
            session.add(Installation())
            session.flush()
        for module in registry.enabled(session).modules[1:]:  # the first is the host
            installed = registry.modules[module.name]
            if module.migrations and upgrade(
                session.connection(), module.name, installed.package, module.migrations
            ):
                done.append(module.name)
        return done


def _switch_on(
    session: Session, registry: Registry, name: str, enabled: Enabled, actor: Actor
) -> None:
    installed = registry.module(name)
    module = installed.item
    if missing := sorted(set(module.requires) - enabled.names):
        words = _(
            "%(name)s requires %(others)s: enable these first.",
            name=name,
            others=", ".join(missing),
        )
        raise MissingRequirement(words)
    load_order({**{m.name: m.requires for m in enabled.modules}, name: module.requires})
    if module.migrations:
        upgrade(session.connection(), name, installed.package, module.migrations)
    _set(session, name, enabled=True)
    _subscribe(session, registry, name)
    if module.install:
        now = Enabled(enabled.generation + 1, (*enabled.modules, module))
        module.install(UnitOfWork(session=session, actor=actor, enabled=now))


def _subscribe(session: Session, registry: Registry, name: str) -> None:
    """A subscriber starts with what happens from now on; one that was here before catches up."""
    last = session.scalar(select(func.max(StoredEvent.place))) or 0
    for subscription in registry.modules[name].item.subscriptions:
        if subscription.durable and session.get(EventPosition, subscription.name) is None:
            session.add(EventPosition(subscriber=subscription.name, module=name, place=last))


def _set(session: Session, name: str, *, enabled: bool) -> None:
    session.merge(ModuleState(name=name, enabled=enabled))
    session.execute(update(Installation).values(generation=Installation.generation + 1))
    session.flush()


def _lock(session: Session, database: Database) -> None:
    if not database.is_sqlite:  # SQLite has one writer anyway
        session.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
