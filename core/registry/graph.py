"""Order modules so that each comes after what it requires."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from core.errors import RuleBroken


class MissingRequirement(RuleBroken):
    """A module requires one that is not installed, or not enabled."""

    code = "module.missing_requirement"


class CyclicRequirement(RuleBroken):
    """Modules require each other in a circle."""

    code = "module.cyclic_requirement"


def load_order(requires: Mapping[str, Collection[str]]) -> list[str]:
    """Names so that each comes after those it requires; alphabetical where that leaves a choice."""
    for name, wanted in requires.items():
        if missing := set(wanted) - requires.keys():
            raise MissingRequirement(f"{name} requires {', '.join(sorted(missing))}")
    sorter = TopologicalSorter({name: sorted(requires[name]) for name in sorted(requires)})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        raise CyclicRequirement(" -> ".join(error.args[1])) from error


def dependants(name: str, requires: Mapping[str, Collection[str]]) -> set[str]:
    """All that can not run without ``name``, directly or through others."""
    found: set[str] = set()
    frontier = {name}
    while frontier:
        frontier = {key for key, wanted in requires.items() if frontier & set(wanted)} - found
        found |= frontier
    return found
