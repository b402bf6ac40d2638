"""Trouble on order: which call of which verb fails, and whether its work was done before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class When(StrEnum):
    #: The request never arrived.
    BEFORE = "before"
    #: The ERP did it, and the answer was lost.
    AFTER = "after"
    #: The request lies over there, and is carried out when nobody waits for it any more.
    LATE = "late"


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
    #: What the ERP has not come to yet, in order.
    late: list[Callable[[], object]] = field(default_factory=list)

    def run(self, verb: str, work: Callable[[], T]) -> T:
        """``work`` as the ERP does it, with the trouble that is due."""

        def done_now() -> T:
            lost = [one for one in self.script if one.when is When.LATE and self._is_due(one, verb)]
            for fault in lost:
                self.late.append(work)
                raise fault.error
            return work()

        with self.around(verb):
            return done_now()

    def carry_out(self) -> None:
        """The ERP comes to what lay there."""
        while self.late:
            self.late.pop(0)()

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
