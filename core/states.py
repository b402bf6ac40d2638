"""State machines as data: one table per enum, checked in one place."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from core.errors import RuleBroken

S = TypeVar("S", bound=StrEnum)


class IllegalTransition(RuleBroken):
    """The record's state does not allow the requested step."""

    code = "state.illegal_transition"


class StateMachine(Generic[S]):
    """The allowed steps of one enum. A state that is not a key is final."""

    def __init__(self, allowed: Mapping[S, frozenset[S]]) -> None:
        self._allowed = allowed

    def allows(self, current: S, target: S) -> bool:
        return target in self._allowed.get(current, frozenset())

    def step(self, current: S, target: S) -> S:
        """Return ``target``, or raise ``IllegalTransition``; never silently keep ``current``."""
        if not self.allows(current, target):
            raise IllegalTransition(f"{current.value} -> {target.value}")
        return target
