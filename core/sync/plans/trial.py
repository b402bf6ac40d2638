"""A page is applied as it would be, looked at, and rolled back: nothing of it is kept.

What it refers to may be new itself, and was rolled back with its own page. So it is applied first,
in the same transaction, from bodies read between two attempts: never while a transaction is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.sync.exchange import Missing
from core.sync.plans.facts import Effect, effect_of, read_facts
from core.sync.pull.readers import Readers
from core.sync.pull.stream import Needs, Reader
from core.sync.values import Ref, Seen
from core.work import UnitOfWork

#: Rounds of reading what a page refers to, and what that refers to.
_MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What of a page would happen; ``written`` counts changes that ``effects`` can not show."""

    effects: Sequence[Effect] = ()
    written: int = 0
    #: Why the page could not be tried, though all it refers to was asked for.
    error: str = ""


@dataclass(slots=True)
class Trial:
    """One page of one kind."""

    readers: Readers
    reader: Reader
    bodies: Sequence[Seen[Any]]
    _asked: Needs = field(default_factory=set)
    _needed: dict[str, dict[str, Seen[Any]]] = field(default_factory=dict)

    def run(self) -> Outcome:
        """Raises what the ERP's side raises."""
        for _ in range(_MOST_ROUNDS):
            outcome, missing = self._attempt()
            if not self._read(missing):
                break
        return outcome

    def _attempt(self) -> tuple[Outcome, Needs]:
        try:
            with self.reader.telling() as work:
                missing = self._apply_needed(work)
                outcome, more = self._apply(work)
                work.session.rollback()  # all of it: what is committed after this is nothing
        except Missing as error:
            return Outcome(error=str(error)), error.needs
        return outcome, missing | more

    def _apply_needed(self, work: UnitOfWork) -> Needs:
        missing: Needs = set()
        for other in self.readers:
            bodies = self._needed.get(other.kind, {})
            missing |= other.apply(work, list(bodies.values())).missing
        return missing

    def _apply(self, work: UnitOfWork) -> tuple[Outcome, Needs]:
        receives = self.reader.receives
        bindings = self.reader.bindings(work)
        ids = [item.ref.id for item in self.bodies]
        before = read_facts(receives, bindings, ids)
        took = self.reader.apply(work, self.bodies)
        after = read_facts(receives, bindings, ids)
        effects = [
            effect_of(receives, key, before.get(key), after[key]) for key in ids if key in after
        ]
        return Outcome(effects, took.written), took.missing

    def _read(self, missing: Needs) -> bool:
        """Whether anything came that could make another attempt go further."""
        news = missing - self._asked
        self._asked |= news
        came = False
        for kind in sorted({kind for kind, _ in news}):
            other = self.readers.by_kind.get(kind)
            if other is None:
                continue
            keys = [key for name, key in sorted(news) if name == kind]
            wanted: list[Seen[Any]] = [Seen(ref=Ref(id=key)) for key in keys]
            for item in other.bodies(wanted):
                self._needed.setdefault(kind, {})[item.ref.id] = item
                came = True
        return came
