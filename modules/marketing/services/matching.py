"""A segment's conditions as SQL over parties: one statement, whoever's facts they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, false, func, not_, or_, select

from core.api.parsing import parse
from core.clock import utcnow
from core.traits import Shape, Trait
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party
from modules.marketing.rules.conditions import (
    NEGATIVE,
    Condition,
    Group,
    Node,
    Operator,
    names,
    read,
)


@dataclass(frozen=True, slots=True)
class Matching:
    """``where`` limits parties. ``missing`` are traits of disabled modules: then it is nobody."""

    where: ColumnElement[bool]
    missing: tuple[str, ...]


def known_traits(work: UnitOfWork) -> dict[str, Trait]:
    """What parties can be chosen by now, by name."""
    return {name: found for name, found in work.enabled.traits.items() if found.subject == PARTY}


def shapes(work: UnitOfWork) -> dict[str, Shape]:
    return {name: found.shape for name, found in known_traits(work).items()}


def matching(work: UnitOfWork, tree: Mapping[str, Any]) -> Matching:
    """Raise Invalid for what is no tree of conditions.

    Where one trait is missing nobody matches: with "not" around it, it would be everybody.
    """
    known = known_traits(work)
    missing = tuple(sorted(names(tree) - known.keys()))
    if missing:
        return Matching(false(), missing)
    node = read(tree, {name: found.shape for name, found in known.items()})
    return Matching(where(work, node), ())


def where(work: UnitOfWork, node: Node) -> ColumnElement[bool]:
    if isinstance(node, Condition):
        return holds(work, node)
    parts = [where(work, part) for part in node.parts]
    if node.kind == "not":
        return not_(parts[0])
    # An empty group is nobody, not everybody.
    return _joined(node, parts) if parts else false()


def _joined(node: Group, parts: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return and_(*parts) if node.kind == "all" else or_(*parts)


def holds(work: UnitOfWork, condition: Condition) -> ColumnElement[bool]:
    """One condition. A negative one holds for parties without such a fact too."""
    found = known_traits(work)[condition.trait]
    facts = found.select(work).subquery()
    key, value = facts.columns
    those = select(key).where(key.is_not(None), _fits(condition, value, found.shape))
    return Party.id.not_in(those) if condition.operator in NEGATIVE else Party.id.in_(those)


def facts_of(work: UnitOfWork, name: str, party_id: UUID, *, most: int = 5) -> list[Any]:
    """What one party has of a trait, for an explanation."""
    facts: Subquery = known_traits(work)[name].select(work).subquery()
    key, value = facts.columns
    return list(work.session.scalars(select(value).where(key == party_id).limit(most)))


def _fits(condition: Condition, value: Any, shape: Shape) -> ColumnElement[bool]:
    """What the rows look like that the operator, or its opposite, asks for."""
    operator, given = condition.operator, condition.value
    known: ColumnElement[bool] = value.is_not(None)
    if operator in {Operator.KNOWN, Operator.UNKNOWN}:
        return and_(known, value != "") if shape is Shape.TEXT else known
    if shape is Shape.FLAG:
        return and_(known, value.is_(True))
    if shape is Shape.TEXT:
        return _text(operator, value, str(given))
    if shape is Shape.CHOICE:
        return _one_of(value, given)
    return (
        _moment(operator, value, given)
        if shape is Shape.MOMENT
        else _number(operator, value, given)
    )


def _text(operator: Operator, value: Any, given: str) -> ColumnElement[bool]:
    found: ColumnElement[bool]
    if operator is Operator.CONTAINS:
        found = value.icontains(given, autoescape=True)
    elif operator is Operator.BEGINS:
        found = value.istartswith(given, autoescape=True)
    else:
        found = func.lower(value) == given.lower()
    return found


def _one_of(value: Any, given: tuple[str, ...]) -> ColumnElement[bool]:
    bound = []
    for text in given:
        try:
            bound.append(parse(text, value.type))
        except ValueError:  # a choice that is none any more fits nobody
            continue
    found: ColumnElement[bool] = value.in_(bound) if bound else false()
    return found


def _number(operator: Operator, value: Any, given: Any) -> ColumnElement[bool]:
    compare: dict[Operator, ColumnElement[bool]] = {
        Operator.AT_LEAST: value >= given,
        Operator.AT_MOST: value <= given,
        Operator.EQUALS: value == given,
    }
    return compare[operator]


def _moment(operator: Operator, value: Any, given: Any) -> ColumnElement[bool]:
    if operator is Operator.WITHIN_DAYS:
        now = utcnow()
        return and_(value >= now - timedelta(days=given), value <= now)
    if operator is Operator.LONGER_AGO:
        return value < utcnow() - timedelta(days=given)  # type: ignore[no-any-return]  # a clause
    day = datetime.combine(given, time(), UTC)
    return value >= day if operator is Operator.ON_OR_AFTER else value < day  # type: ignore[no-any-return]  # a clause
