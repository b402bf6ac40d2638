"""Find what is installed through entry points; survive what is broken or pretends.

A package that can not be imported, names itself otherwise than its entry point, or claims a name
another distribution claims too is listed as broken with the reason, and the host lives on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Installed(Generic[T]):
    """``package`` is the import name the thing came from: its revisions and templates are there."""

    name: str
    item: T
    package: str
    distribution: str
    version: str


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    installed: dict[str, Installed[T]] = field(default_factory=dict)
    #: Name to the reason in words.
    broken: dict[str, str] = field(default_factory=dict)


class Impostor(Exception):
    """The entry point's object is not what its name says."""


def discover(group: str, check: Callable[[str, Any], T]) -> Found[T]:
    """Load every entry point of ``group``, in name order.

    ``check(name, loaded)`` answers the loaded thing, typed, or raises Impostor with the reason.
    """
    by_name: dict[str, set[EntryPoint]] = defaultdict(set)
    for point in entry_points(group=group):
        by_name[point.name].add(point)
    found: Found[T] = Found()
    for name in sorted(by_name):
        _take(found, name, by_name[name], check)
    return found


def _take(
    found: Found[T], name: str, points: Iterable[EntryPoint], check: Callable[[str, Any], T]
) -> None:
    try:
        point = _only(points)
        found.installed[name] = Installed(
            name=name,
            item=check(name, point.load()),
            package=point.module,
            distribution=point.dist.name if point.dist else "?",
            version=point.dist.version if point.dist else "?",
        )
    except Exception as error:  # noqa: BLE001 - a stranger's import may raise anything
        found.broken[name] = f"{type(error).__name__}: {error}"
        log.warning("entry_point.broken", name=name, reason=found.broken[name])


def _only(points: Iterable[EntryPoint]) -> EntryPoint:
    claims = {(point.value, point.dist.name if point.dist else ""): point for point in points}
    if len(claims) > 1:
        owners = ", ".join(sorted(owner or value for value, owner in claims))
        raise Impostor(f"claimed by several distributions: {owners}")
    return next(iter(claims.values()))
