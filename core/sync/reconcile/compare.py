"""Two lists of lines become named differences. Pure: what is missing is looked up by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.sync.reconcile.line import Line
from core.sync.reconcile.models import Remedy, What

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    what: What
    remedy: Remedy
    ours: Line | None = None
    theirs: Line | None = None
    note: str = ""

    @property
    def day(self) -> date | None:
        """The ERP's, where it has the document: business dates are the ERP's."""
        line = self.theirs or self.ours
        return line.day if line else None

    @property
    def external_id(self) -> str | None:
        line = self.theirs or self.ours
        return line.erp_id if line else None

    @property
    def days(self) -> set[date | None]:
        return {line.day for line in (self.ours, self.theirs) if line}


@dataclass(slots=True)
class Pairs:
    both: list[tuple[Line, Line]] = field(default_factory=list)
    #: Without a partner on the other side, so far; those that bind nobody are left out.
    ours: list[Line] = field(default_factory=list)
    theirs: list[Line] = field(default_factory=list)


def pair(ours: Iterable[Line], theirs: Iterable[Line]) -> Pairs:
    """By key; of ours that the ERP never answered for, by reference."""
    known = {line.key: line for line in ours if line.key}
    unsent = {line.reference: line for line in ours if not line.key and line.reference}
    found = Pairs()
    for line in theirs:
        mine = known.pop(line.key, None) or unsent.pop(line.reference, None)
        if mine is not None:
            found.both.append((mine, line))
        elif line.counts:
            found.theirs.append(line)
    rest = [*known.values(), *unsent.values()]
    found.ours = [line for line in rest if line.counts]
    return found


def differing(pairs: Sequence[tuple[Line, Line]]) -> Iterator[Difference]:
    for ours, theirs in pairs:
        if ours.counts or theirs.counts:
            yield from _between(ours, theirs)


def _between(ours: Line, theirs: Line) -> Iterator[Difference]:
    """What one side does not say is not compared."""
    for what in _facets(ours, theirs):
        yield Difference(what=what, remedy=_remedy(what, ours), ours=ours, theirs=theirs)


def _facets(ours: Line, theirs: Line) -> Iterator[What]:
    if ours.state != theirs.state:
        yield What.STATE
    if ours.day != theirs.day and ours.day and theirs.day:
        apart = abs(ours.day - theirs.day)
        yield What.MIDNIGHT if apart == _DAY else What.DAY
    if ours.unit != theirs.unit:
        yield What.CURRENCY
    elif _unlike(ours.net, theirs.net) or _unlike(ours.total, theirs.total):
        yield What.AMOUNT
    if _unlike(ours.number, theirs.number):
        yield What.NUMBER
    if ours.words != theirs.words:
        yield What.WORDS


def _unlike(mine: object, other: object) -> bool:
    return mine is not None and other is not None and mine != other


def _remedy(what: What, ours: Line) -> Remedy:
    """Reading again mends what we hold as the ERP's; of an order of ours its figures and state."""
    if not ours.reference:
        return Remedy.PULL_AGAIN
    follows = what is What.AMOUNT or (what is What.STATE and ours.counts)
    return Remedy.PULL_AGAIN if follows else Remedy.LOOK
