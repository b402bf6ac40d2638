"""A pipeline as a board: bounded columns of cards with their totals; and its forecast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from core.companies import visible
from core.money import Money
from core.security.models import User
from core.work import UnitOfWork
from modules.contacts.models import Party
from modules.sales.models import Opportunity, Stage
from modules.sales.rules.opportunities import Expected, Forecast, OpportunityState, forecast
from modules.sales.services.pipelines import stages_of

#: Cards of a column before "more".
SHOWN = 40

Card = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    stage: Stage
    cards: Sequence[Card]
    number: int
    #: One per currency.
    totals: Sequence[Money]

    @property
    def more(self) -> int:
        return self.number - len(self.cards)


def read_board(
    work: UnitOfWork, pipeline_id: UUID, *, owner_id: UUID | None = None
) -> list[Column]:
    """Open opportunities, those to be decided first on top: three queries for any number."""
    stages = stages_of(work, pipeline_id)
    sums = _sums(work, pipeline_id, owner_id)
    cards = _cards(work, pipeline_id, owner_id)
    return [
        Column(
            stage=stage,
            cards=cards[stage.id],
            number=sum(number for number, _money in sums[stage.id]),
            totals=[money for _number, money in sums[stage.id] if money is not None],
        )
        for stage in stages
    ]


def read_forecast(work: UnitOfWork) -> tuple[list[Forecast], Mapping[UUID, str]]:
    """Of what is open, and the names of the owners."""
    amount = func.sum(Opportunity.expected)
    grouped = (
        Opportunity.closes_on,
        Opportunity.owner_id,
        Opportunity.currency,
        Stage.probability,
    )
    statement = (
        select(*grouped, amount.label("amount"), func.count().label("number"))
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(Opportunity.state == OpportunityState.OPEN, Opportunity.expected.is_not(None))
        .group_by(*grouped)
    )
    rows = work.session.execute(visible(work, statement)).all()
    found = forecast(
        Expected(
            closes_on=row.closes_on,
            owner_id=row.owner_id,
            amount=Money(row.amount, row.currency),
            probability=row.probability,
            number=row.number,
        )
        for row in rows
    )
    people = select(User.id, User.name).where(User.id.in_({row.owner_id for row in rows}))
    return found, {row[0]: row[1] for row in work.session.execute(people)}


def _of(pipeline_id: UUID, owner_id: UUID | None) -> list[Any]:
    on_board = [Stage.pipeline_id == pipeline_id, Opportunity.state == OpportunityState.OPEN]
    return on_board if owner_id is None else [*on_board, Opportunity.owner_id == owner_id]


def _cards(
    work: UnitOfWork, pipeline_id: UUID, owner_id: UUID | None
) -> defaultdict[UUID, list[Card]]:
    first = Opportunity.closes_on.is_(None), Opportunity.closes_on, Opportunity.id
    place = func.row_number().over(partition_by=Opportunity.stage_id, order_by=first)
    statement = (
        select(
            Opportunity.id,
            Opportunity.number,
            Opportunity.name,
            Opportunity.stage_id,
            Opportunity.expected,
            Opportunity.currency,
            Opportunity.closes_on,
            Opportunity.version,
            Party.name.label("party"),
            place.label("place"),
        )
        .join(Stage, Stage.id == Opportunity.stage_id)
        .join(Party, Party.id == Opportunity.party_id)
        .where(*_of(pipeline_id, owner_id))
    )
    placed = visible(work, statement).subquery()
    cards = defaultdict[UUID, list[Card]](list)
    shown = select(placed).where(placed.c.place <= SHOWN).order_by(placed.c.place)
    for card in work.session.execute(shown):
        cards[card.stage_id].append(card)
    return cards


def _sums(
    work: UnitOfWork, pipeline_id: UUID, owner_id: UUID | None
) -> defaultdict[UUID, list[tuple[int, Money | None]]]:
    amount = func.sum(Opportunity.expected).label("amount")
    grouped = Opportunity.stage_id, Opportunity.currency
    statement = (
        select(*grouped, func.count().label("number"), amount)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(*_of(pipeline_id, owner_id))
        .group_by(*grouped)
        .order_by(Opportunity.currency)
    )
    found = defaultdict[UUID, list[tuple[int, Money | None]]](list)
    for row in work.session.execute(visible(work, statement)):
        money = None if row.amount is None else Money(row.amount, row.currency)
        found[row.stage_id].append((row.number, money))
    return found
