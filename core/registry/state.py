"""Which modules are on, and what they bring: computed once per generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.deeds import Deed
from core.events import Subscription
from core.jobs.job import Job
from core.portal import Section
from core.registry.manifest import MenuItem, Module, Panel, Permission
from core.sync.exchange import Inbound, Mirror, Outbound, Stated
from core.traits import Trait


@dataclass(frozen=True)
class Enabled:
    """The host's own manifest and the enabled modules in load order: all they bring together."""

    generation: int
    modules: tuple[Module, ...]

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(module.name for module in self.modules)

    @cached_property
    def subscriptions(self) -> tuple[Subscription, ...]:
        return tuple(item for module in self.modules for item in module.subscriptions)

    @cached_property
    def permissions(self) -> tuple[Permission, ...]:
        return tuple(item for module in self.modules for item in module.permissions)

    @cached_property
    def whole_permissions(self) -> frozenset[str]:
        """Those over the whole installation."""
        return frozenset(item.name for item in self.permissions if item.whole)

    @cached_property
    def roles(self) -> Mapping[str, frozenset[str]]:
        """Role name to the permissions all enabled modules give it."""
        gathered: dict[str, set[str]] = {}
        for role in (role for module in self.modules for role in module.roles):
            gathered.setdefault(role.name, set()).update(role.permissions)
        return {name: frozenset(gathered[name]) for name in sorted(gathered)}

    @cached_property
    def menu(self) -> tuple[MenuItem, ...]:
        items = [item for module in self.modules for item in module.menu]
        return tuple(sorted(items, key=lambda item: (item.order, item.title)))

    @cached_property
    def jobs(self) -> Mapping[str, Job]:
        return {job.name: job for module in self.modules for job in module.jobs}

    @cached_property
    def outbound(self) -> Mapping[str, Outbound[Any]]:
        return {item.kind: item for module in self.modules for item in module.outbound}

    @cached_property
    def inbound(self) -> tuple[Inbound[Any] | Mirror[Any], ...]:
        """In load order, so that what others refer to is pulled first."""
        found: list[Inbound[Any] | Mirror[Any]] = []
        for module in self.modules:
            found += [*module.mirrors, *module.inbound]
        return tuple(found)

    @cached_property
    def statements(self) -> Mapping[str, Stated[Any]]:
        """By kind."""
        return {item.kind: item for module in self.modules for item in module.statements}

    @cached_property
    def traits(self) -> Mapping[str, Trait]:
        return {item.name: item for module in self.modules for item in module.traits}

    @cached_property
    def deeds(self) -> Mapping[str, Deed]:
        return {item.name: item for module in self.modules for item in module.deeds}

    @cached_property
    def portal(self) -> Mapping[str, Section]:
        """By name, in the order they are shown."""
        found = [item for module in self.modules for item in module.portal]
        return {item.name: item for item in sorted(found, key=lambda item: item.order)}

    def panels(self, slot: str) -> list[Panel]:
        found = [item for module in self.modules for item in module.panels if item.slot == slot]
        return sorted(found, key=lambda panel: panel.order)
