"""The conditions of a segment: a tree of all, any and not over what traits say.

``{"all": [{"trait": "contacts.country", "is": "one_of", "value": ["AT", "DE"]},
{"not": {"trait": "billing.revenue", "is": "at_least", "value": "1000"}}]}``
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from core.errors import Invalid
from core.traits import Shape
from core.web.i18n import gettext as _

#: A tree a person can read, and a statement a database can plan.
MOST_CONDITIONS, _DEEPEST = 40, 6


class Operator(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    BEGINS = "begins"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    EQUALS = "equals"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    WITHIN_DAYS = "within_days"
    LONGER_AGO = "longer_ago"
    ON_OR_AFTER = "on_or_after"
    BEFORE = "before"
    YES = "yes"
    NO = "no"
    KNOWN = "known"
    UNKNOWN = "unknown"


_EITHER = (Operator.KNOWN, Operator.UNKNOWN)
_NUMBERS = (Operator.AT_LEAST, Operator.AT_MOST, Operator.EQUALS, *_EITHER)
OPERATORS: Mapping[Shape, tuple[Operator, ...]] = {
    Shape.TEXT: (
        Operator.IS,
        Operator.IS_NOT,
        Operator.CONTAINS,
        Operator.BEGINS,
        *_EITHER,
    ),
    Shape.CHOICE: (Operator.ONE_OF, Operator.NONE_OF, *_EITHER),
    Shape.NUMBER: _NUMBERS,
    Shape.MONEY: _NUMBERS,
    Shape.MOMENT: (
        Operator.WITHIN_DAYS,
        Operator.LONGER_AGO,
        Operator.ON_OR_AFTER,
        Operator.BEFORE,
        *_EITHER,
    ),
    Shape.FLAG: (Operator.YES, Operator.NO),
}
#: These hold where the record has no such fact, or none that fits.
NEGATIVE = frozenset({Operator.IS_NOT, Operator.NONE_OF, Operator.UNKNOWN, Operator.NO})
WITHOUT_VALUE = frozenset({*_EITHER, Operator.YES, Operator.NO})
_DAYS = frozenset({Operator.WITHIN_DAYS, Operator.LONGER_AGO})
_MANY_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Condition:
    """``value`` as it is compared: text, texts, a Decimal, a number of days, a date; or None."""

    trait: str
    operator: Operator
    value: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """``kind`` is ``all``, ``any`` or ``not``; the last has one part."""

    kind: str
    parts: tuple[Node, ...]


Node = Condition | Group


def read(tree: Mapping[str, Any], shapes: Mapping[str, Shape]) -> Node:
    """The tree as values; a trait that is not among ``shapes`` is kept as it stands.

    Raise Invalid for what is no tree of conditions, or an empty one: it would be everybody.
    """
    found = _node(tree, shapes, depth=1)
    number = sum(1 for _one in conditions(found))
    if not number:
        raise Invalid(_("A segment needs at least one condition."))
    if number > MOST_CONDITIONS:
        raise Invalid(_("A segment takes %(number)d conditions at most.", number=MOST_CONDITIONS))
    return found


def conditions(node: Node) -> Iterator[Condition]:
    if isinstance(node, Condition):
        yield node
        return
    for part in node.parts:
        yield from conditions(part)


def names(tree: Any) -> set[str]:
    """The traits a stored tree asks for, whatever else is wrong with it."""
    if isinstance(tree, Mapping):
        own = {str(tree["trait"])} if "trait" in tree else set()
        return own.union(*(names(part) for part in tree.values()))
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return set[str]().union(*(names(part) for part in tree))
    return set()


def _node(tree: Any, shapes: Mapping[str, Shape], *, depth: int) -> Node:
    if not isinstance(tree, Mapping) or depth > _DEEPEST:
        raise Invalid(_("This is no tree of conditions, or it is too deep."))
    if "trait" in tree:
        return _condition(tree, shapes)
    if len(tree) != 1 or (kind := next(iter(tree))) not in {"all", "any", "not"}:
        raise Invalid(_("A group of conditions is all, any or not."))
    parts = [tree[kind]] if kind == "not" else tree[kind]
    if not isinstance(parts, Sequence) or isinstance(parts, str):
        raise Invalid(_("A group of conditions is a list."))
    return Group(kind, tuple(_node(part, shapes, depth=depth + 1) for part in parts))


def _condition(tree: Mapping[str, Any], shapes: Mapping[str, Shape]) -> Condition:
    name, value = str(tree["trait"]), tree.get("value")
    try:
        operator = Operator(str(tree.get("is", "")))
    except ValueError as error:
        raise Invalid(_("There is no such comparison.")) from error
    shape = shapes.get(name)
    if shape is None:
        return Condition(name, operator, value)
    if operator not in OPERATORS[shape]:
        raise Invalid(_("“%(name)s” can not be compared like this.", name=name))
    return Condition(name, operator, _value(operator, shape, value))


def _value(operator: Operator, shape: Shape, value: Any) -> Any:
    if operator in WITHOUT_VALUE:
        return None
    if shape is Shape.CHOICE:
        texts = [value] if isinstance(value, str) else list(value or ())
        if not texts:
            raise Invalid(_("Choose at least one value."))
        return tuple(str(text) for text in texts)
    text = str(value if value is not None else "").strip()
    if not text:
        raise Invalid(_("Write what it is compared with."))
    return _READ.get(shape, str)(text) if operator not in _DAYS else _days(text)


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _MANY_DAYS:
        raise Invalid(_("Write a number of days, like 30."))
    return int(text)


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise Invalid(_("Write a number like 12.50.")) from error
    if not found.is_finite() or abs(found) >= 10**12:
        raise Invalid(_("Write a number like 12.50."))
    return found


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("Write a date like 2026-01-31.")) from error


_READ: Mapping[Shape, Any] = {
    Shape.NUMBER: _number,
    Shape.MONEY: _number,
    Shape.MOMENT: _date,
}
