"""A figure: what was measured, what the raw path took beside it, and the goal it is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Goal:
    """``of`` says what is bound: the value itself, or its ratio to what stands beside it."""

    of: Literal["value", "ratio"]
    sign: Literal["<=", ">="]
    bound: float

    def is_met(self, figure: Figure) -> bool:
        found = figure.value if self.of == "value" else figure.ratio
        if found is None:
            return False
        return found <= self.bound if self.sign == "<=" else found >= self.bound

    @override
    def __str__(self) -> str:
        return f"{self.of} {self.sign} {self.bound:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``beside`` is the raw path, measured in turns with ``value`` in the same run.

    ``against`` overrides ``value / beside``: the median over the turns is steadier than the
    quotient of two medians.
    """

    name: str
    value: float
    unit: str
    beside: float | None = None
    against: float | None = None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        if self.against is not None or not self.beside:
            return self.against
        return self.value / self.beside

    @property
    def ok(self) -> bool:
        return self.goal is None or self.goal.is_met(self)

    def plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": _short(self.value),
            "unit": self.unit,
            "beside": _short(self.beside),
            "ratio": _short(self.ratio),
            "goal": str(self.goal) if self.goal else None,
            "ok": self.ok,
        }


def at_most(bound: float, of: Literal["value", "ratio"] = "value") -> Goal:
    return Goal(of, "<=", bound)


def at_least(bound: float, of: Literal["value", "ratio"] = "ratio") -> Goal:
    return Goal(of, ">=", bound)


def _short(number: float | None) -> float | None:
    """Four digits that say something; more would only be noise."""
    return None if number is None else float(f"{number:.4g}")


#: Measures one thing on the common ground and answers its figures.
Measure = Callable[[Any], Iterator[Figure]]
