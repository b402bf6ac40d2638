"""Three values of a field and what becomes of it. Pure: no session, no clock.

A side changed a field when its reading is no longer the one of the last agreement. What one side
changed, the other takes over; what both changed, the field's policy decides. After we wrote, the
first reading that is ours but for the ERP's way of writing it is an echo: it becomes the ERP's
reading of the agreed value, and neither side has changed anything. So no rounding and no capital
letters go back and forth, and no stamp has to be trusted.

A write whose end nobody saw may have arrived or not. A reading that shows what it carried is ours;
the old reading means nothing: only what is seen over there becomes an agreement. One that a later
agreement passed over may still be carried out, as late as a frozen ERP wakes: who wanted what is
then for a person to say.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from core.sync.merge.shared import Policy, Shared, SharedField, Values, Writer, is_new

#: Of one field: more only make a longer row.
_MOST_LATE = 20


class Step(StrEnum):
    #: Both sides are at one, or the ERP does not speak of it.
    KEEP = "keep"
    #: Theirs is written into our record.
    TAKE = "take"
    #: Ours is written over there.
    SEND = "send"
    #: A person chooses.
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The last agreement: see ``Agreed``."""

    theirs: Values = field(default_factory=dict)
    ours: Values = field(default_factory=dict)
    awaited: frozenset[str] = frozenset()
    carried: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    #: Each with the moment it left, as text.
    late: Mapping[str, Sequence[tuple[Any, str]]] = field(default_factory=dict)

    def our(self, name: str) -> Any:
        return self.ours.get(name, self.theirs.get(name))

    def knows(self, name: str) -> bool:
        return name in self.theirs or name in self.ours

    def names(self) -> Iterable[str]:
        return (*self.theirs, *self.ours)

    def agreed(self, name: str, *, theirs: Any, ours: Any) -> Base:
        """The same with a field agreed on, in the readings of both sides."""
        mine = {key: value for key, value in self.ours.items() if key != name}
        if ours != theirs:
            mine[name] = ours
        return replace(
            self,
            theirs=_put(self.theirs, name, theirs),
            ours=mine,
            awaited=self.awaited - {name},
            carried=_put(self.carried, name, None),
        )

    def without_new(self, ours: Values) -> Base:
        """The same less entries that came back from the ERP under their lasting names."""
        over = {name for name in self.ours if is_new(name) and name not in ours}
        mine = {name: value for name, value in self.ours.items() if name not in over}
        carried = {name: values for name, values in self.carried.items() if name not in over}
        return replace(self, ours=mine, awaited=self.awaited - over, carried=carried)

    def carries(self, name: str, ours: Any, *, at: str) -> Base:
        """The same when a write of a field is about to leave, whatever becomes of it."""
        before, late = self.carried.get(name, ()), self.late.get(name, ())
        kept = {**self.late, name: [*late, (ours, at)][-_MOST_LATE:]}
        if ours in before:
            return replace(self, late=kept)
        return replace(self, late=kept, carried={**self.carried, name: [*before, ours]})

    def ended(self, name: str, ours: Any) -> Base:
        """The same when it is known what became of one such write: it will not come late."""
        left = list(self.late.get(name, ()))
        place = next((at for at, (value, _when) in enumerate(left) if value == ours), None)
        if place is None:
            return self
        del left[place]
        return replace(self, late=_put(self.late, name, left or None))

    def is_late(self, name: str, theirs: Any) -> bool:
        """Whether ``theirs`` is what a write of ours wanted whose end nobody saw."""
        before = self.theirs.get(name)
        return any(_shows(theirs, value, before) for value, _when in self.late.get(name, ()))

    def wrote(self, name: str, ours: Any) -> Base:
        """The same when we wrote a field over there, and have not read it back."""
        return replace(self, ours={**self.ours, name: ours}, awaited=self.awaited | {name})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A field now. ``said`` False: the ERP does not speak of it.

    ``met`` False: nothing of the record was ever agreed on, so ours is no change.
    ``newer``: theirs is the later change; None where no times tell.
    """

    ours: Any
    theirs: Any
    said: bool = True
    met: bool = True
    newer: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``base`` is the agreement from now on; ``lost`` what of theirs gives way to ours."""

    step: Step
    base: Base
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a whole record comes to: by field, and the agreement from now on."""

    base: Base
    #: Theirs, to be written into ours.
    take: Mapping[str, Any]
    #: What of ours is to be written over there.
    send: frozenset[str]
    #: The readings of both for a person to choose from.
    ask: Mapping[str, Sides]
    #: Theirs that gives way to ours.
    lost: Mapping[str, Any]


#: Whether theirs is the later change of a field; None where no times tell.
Newer = Callable[[str], bool | None]


def merge(shared: Shared[Any], base: Base, *, ours: Values, theirs: Values, newer: Newer) -> Merged:
    steps: dict[Step, dict[str, Sides]] = {step: {} for step in Step}
    lost: dict[str, Any] = {}
    met, base = bool(base.theirs or base.ours), base.without_new(ours)
    for name in sorted({*ours, *theirs, *base.names()}):
        what = shared.field(name)
        sides = Sides(
            ours=ours.get(name),
            theirs=theirs.get(name),
            said=what.many or name in theirs,
            met=met,
            newer=newer(name) if what.policy is Policy.NEWEST else None,
        )
        found = decide(what, name, base, sides)
        base = found.base
        steps[found.step][name] = sides
        if found.lost:
            lost[name] = sides.theirs
    return Merged(
        base=base,
        take={name: sides.theirs for name, sides in steps[Step.TAKE].items()},
        send=frozenset(steps[Step.SEND]),
        ask=steps[Step.ASK],
        lost=lost,
    )


def decide(what: SharedField, name: str, base: Base, sides: Sides) -> Decision:
    here = base.our(name) != sides.ours
    ours_goes = Step.SEND if here and what.writer is not Writer.ERP else Step.KEEP
    if not sides.said:
        if sides.met:
            return Decision(step=ours_goes, base=base)
        return Decision(step=Step.KEEP, base=base.agreed(name, theirs=None, ours=sides.ours))
    if sides.ours == sides.theirs:
        at_one = base.agreed(name, theirs=sides.theirs, ours=sides.ours)
        return Decision(step=Step.KEEP, base=at_one)
    if name in base.awaited and sides.theirs == base.theirs.get(name):
        return Decision(step=ours_goes, base=base)  # not there yet, or not kept over there
    if (arrived := _arrived(name, base, sides)) is not None:
        newer = arrived.our(name) != sides.ours and what.writer is not Writer.ERP
        return Decision(step=Step.SEND if newer else Step.KEEP, base=arrived)
    return _three_way(what, name, base, sides)


def _arrived(name: str, base: Base, sides: Sides) -> Base | None:
    """The agreement where theirs is what we wrote, be it in the ERP's way of writing it."""
    before, awaited = base.theirs.get(name), name in base.awaited
    sent = base.our(name) if base.knows(name) else sides.ours
    if (awaited or not base.knows(name)) and alike(sides.theirs, sent, before):
        return base.agreed(name, theirs=sides.theirs, ours=sent)
    for carried in reversed(base.carried.get(name, ())):
        if _shows(sides.theirs, carried, before):
            seen = base.ended(name, carried)
            return seen.agreed(name, theirs=sides.theirs, ours=carried)
    return None


def _three_way(what: SharedField, name: str, base: Base, sides: Sides) -> Decision:
    here = base.our(name) != sides.ours
    there = base.theirs.get(name) != sides.theirs
    if not here and not there:
        at_rest = base.agreed(name, theirs=sides.theirs, ours=sides.ours)
        return Decision(step=Step.KEEP, base=at_rest)
    match what.writer, here, there:
        case (Writer.ERP, _, _) | (Writer.BOTH, False, True):
            wins = Policy.ERP
        case (Writer.CRM, _, _) | (Writer.BOTH, True, False):
            wins = Policy.CRM
        case _:
            wins = _by_policy(what.policy, sides)
    # An ERP that carries a write out late says what we wanted before: nobody changed it there.
    late = there and wins is Policy.ERP and base.is_late(name, sides.theirs)
    if wins is Policy.ASK or (late and what.writer is Writer.BOTH):
        return Decision(step=Step.ASK, base=base)
    if not there and wins is Policy.CRM:
        return Decision(step=Step.SEND, base=base)
    # Both agree on what the ERP says; where ours stands, that is a change from here on.
    base = base.agreed(name, theirs=sides.theirs, ours=sides.theirs)
    if wins is Policy.ERP:
        return Decision(step=Step.TAKE, base=base)
    return Decision(step=Step.SEND, base=base, lost=True)


def _by_policy(policy: Policy, sides: Sides) -> Policy:
    if policy is not Policy.NEWEST:
        return policy
    if sides.newer is None:
        return Policy.ASK
    return Policy.ERP if sides.newer else Policy.CRM


def alike(theirs: Any, sent: Any, before: Any) -> bool:
    """Whether ``theirs`` is what we sent, but for the ERP's way of writing it.

    Capitals, spaces, line ends and accents do not count, nor the part of a value that the ERP does
    not keep: that reads as it did before, or as nothing.
    """
    if isinstance(theirs, dict) and isinstance(sent, dict):
        past = before if isinstance(before, dict) else {}
        return all(
            _nothing(theirs.get(key))
            or theirs.get(key) == past.get(key)
            or alike(theirs.get(key), value, None)
            for key, value in sent.items()
        )
    if isinstance(theirs, list) and isinstance(sent, list) and len(theirs) == len(sent):
        return all(alike(one, other, None) for one, other in zip(theirs, sent, strict=True))
    if isinstance(theirs, str) and isinstance(sent, str):
        return _bare(theirs) == _bare(sent)
    return bool(theirs == sent)


def _shows(theirs: Any, sent: Any, before: Any) -> bool:
    """Whether ``theirs`` can only be so because ``sent`` arrived; ``alike`` takes that as given.

    Of a value in parts, what differs from before is what we sent. A part that somebody emptied
    over there is a change of theirs.
    """
    if theirs == before:
        return False
    if isinstance(theirs, dict) and isinstance(sent, dict):
        past = before if isinstance(before, dict) else {}
        changed = {key for key in {*theirs, *past} if theirs.get(key) != past.get(key)}
        return all(_shows(theirs.get(key), sent.get(key), past.get(key)) for key in changed)
    return (_nothing(theirs) and _nothing(sent)) or alike(theirs, sent, None)


def _nothing(value: Any) -> bool:
    return value is None or value == ""


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.replace("đ", "d").split())


def _put(values: Values, name: str, value: Any) -> Values:
    rest = {key: kept for key, kept in values.items() if key != name}
    return rest if value is None else {**rest, name: value}
