"""Trouble on order: which call of which verb fails, and whether its work was done before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum


class When(StrEnum):
    #: The request never arrived.
    BEFORE = "before"
    #: The ERP did it, and the answer was lost.
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``call`` counts from 1; None is every one. An empty ``verb`` is any verb."""

    error: BaseException
    verb: str = ""
    call: int | None = 1
    when: When = When.BEFORE


@dataclass(slots=True)
class Faults:
    """``calls`` is what was asked of the ERP, in order; ``script`` may change at any time."""

    script: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    @contextmanager
    def around(self, verb: str) -> Iterator[None]:
        self.calls.append(verb)
        due = [fault for fault in self.script if self._is_due(fault, verb)]
        self._raise(due, When.BEFORE)
        yield
        self._raise(due, When.AFTER)

    def _is_due(self, fault: Fault, verb: str) -> bool:
        if fault.verb not in {"", verb}:
            return False
        number = self.calls.count(verb) if fault.verb else len(self.calls)
        return fault.call in {None, number}

    @staticmethod
    def _raise(due: list[Fault], when: When) -> None:
        for fault in due:
            if fault.when is when:
                raise fault.error
