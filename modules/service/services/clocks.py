"""The service level of tickets: which policy holds, what is due when, and what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from core import traits
from core.clock import utcnow
from core.work import UnitOfWork
from modules.service.events import TicketBreached
from modules.service.models import (
    BusinessCalendar,
    Escalated,
    EscalationStep,
    Holiday,
    SlaPolicy,
    StateChange,
    Ticket,
)
from modules.service.rules.calendar import ALWAYS, Calendar
from modules.service.rules.clock import Clock, Facts, History, Policy, Target, choose
from modules.service.rules.states import FINAL, TicketState

#: Told by the module of loyalty; without it nobody has a tier.
TIER = "loyalty.tier"


@dataclass(frozen=True, slots=True)
class Levels:
    """What a company promises: its policies in their order, and the calendars they count by."""

    policies: Sequence[Policy]
    calendars: Mapping[UUID, Calendar]

    def policy(self, policy_id: UUID | None) -> Policy | None:
        return next((one for one in self.policies if one.id == policy_id), None)


def levels(work: UnitOfWork, company_id: UUID) -> Levels:
    policies = select(SlaPolicy).where(SlaPolicy.company_id == company_id, SlaPolicy.active)
    ordered = policies.order_by(SlaPolicy.place, SlaPolicy.id)
    rules = [policy.rule() for policy in work.session.scalars(ordered)]
    return Levels(rules, _calendars(work, company_id) if rules else {})


def _calendars(work: UnitOfWork, company_id: UUID) -> dict[UUID, Calendar]:
    off: defaultdict[UUID, set[date]] = defaultdict(set)
    found = select(BusinessCalendar).where(BusinessCalendar.company_id == company_id)
    calendars = work.session.scalars(found).all()
    days = select(Holiday.calendar_id, Holiday.day)
    for key, day in work.session.execute(
        days.where(Holiday.calendar_id.in_([one.id for one in calendars]))
    ):
        off[key].add(day)
    return {one.id: calendar_of(one, off[one.id]) for one in calendars}


def calendar_of(stored: BusinessCalendar, holidays: Iterable[date]) -> Calendar:
    week = tuple(tuple((span[0], span[1]) for span in day) for day in stored.week)
    return Calendar(zone=stored.zone, week=week, holidays=frozenset(holidays))


def history_of(work: UnitOfWork, ticket_id: UUID) -> History:
    changes = select(StateChange.at, StateChange.state).where(StateChange.ticket_id == ticket_id)
    rows = work.session.execute(changes.order_by(StateChange.at, StateChange.id))
    return [(at, state) for at, state in rows]


def clocks(levels: Levels, ticket: Ticket, history: History) -> dict[Target, Clock]:
    """Empty for a ticket nothing is promised for."""
    policy = levels.policy(ticket.policy_id)
    if policy is None or not history:
        return {}
    met = {Target.RESPONSE: ticket.responded_at, Target.RESOLUTION: ticket.resolved_at}
    calendar = levels.calendars.get(policy.calendar_id, ALWAYS)
    return {
        target: Clock(
            calendar=calendar,
            history=history,
            promised=policy.promised(target),
            met_at=met[target],
        )
        for target in Target
    }


def reckon(work: UnitOfWork, ticket: Ticket, *, known: Levels | None = None) -> None:
    """Work out anew what holds for the ticket: its policy, its dues, and when to look again."""
    work.session.flush()
    known = known or levels(work, ticket.company_id)
    if ticket.state not in FINAL | {TicketState.RESOLVED}:
        facts = Facts(kind=ticket.kind, priority=ticket.priority, tier=_tier(work, ticket))
        policy = choose(known.policies, facts)
        ticket.policy_id = policy.id if policy else None
    running = clocks(known, ticket, history_of(work, ticket.id))
    now = utcnow()
    for target, clock in running.items():
        _note_breach(work, ticket, target, clock.breached_at(now))
    _set_dues(ticket, running)
    ticket.look_at = _next_look(work, ticket, running)


def _tier(work: UnitOfWork, ticket: Ticket) -> str | None:
    if ticket.party_id is None:
        return None
    tier = traits.value(work, TIER, ticket.party_id)
    return None if tier is None else str(tier)


def _note_breach(
    work: UnitOfWork, ticket: Ticket, target: Target, broke_at: datetime | None
) -> None:
    """A breach is told once, and stays: it happened, whatever is promised afterwards."""
    name = f"{target}_breached_at"
    if broke_at is None or getattr(ticket, name) is not None:
        return
    setattr(ticket, name, broke_at)
    work.publish(
        TicketBreached(
            ticket_id=ticket.id,
            company_id=ticket.company_id,
            party_id=ticket.party_id,
            target=target.value,
        )
    )


def _set_dues(ticket: Ticket, running: Mapping[Target, Clock]) -> None:
    dues = {target: clock.due() for target, clock in running.items()}
    ticket.response_due_at = dues.get(Target.RESPONSE)
    ticket.resolution_due_at = dues.get(Target.RESOLUTION)
    open_dues = [due for target, due in dues.items() if due and _is_open(ticket, target)]
    ticket.due_at = min(open_dues, default=None)


def _is_open(ticket: Ticket, target: Target) -> bool:
    if ticket.state in FINAL | {TicketState.RESOLVED}:
        return False
    return ticket.responded_at is None if target is Target.RESPONSE else True


def _next_look(
    work: UnitOfWork, ticket: Ticket, running: Mapping[Target, Clock]
) -> datetime | None:
    """The next breach or step; those that are past and not taken yet are due at once."""
    unbroken = {
        Target.RESPONSE: ticket.response_breached_at is None,
        Target.RESOLUTION: ticket.resolution_breached_at is None,
    }
    moments = [
        clock.due()
        for target, clock in running.items()
        if unbroken[target] and _is_open(ticket, target)
    ]
    moments += [moment for _step, moment in pending_steps(work, ticket, running)]
    return min((moment for moment in moments if moment), default=None)


def pending_steps(
    work: UnitOfWork, ticket: Ticket, running: Mapping[Target, Clock]
) -> list[tuple[EscalationStep, datetime]]:
    """The steps of escalation still to be taken for the ticket, and when."""
    if not running or ticket.policy_id is None:
        return []
    taken = select(Escalated.step_id).where(Escalated.ticket_id == ticket.id)
    steps = select(EscalationStep).where(
        EscalationStep.policy_id == ticket.policy_id, EscalationStep.id.not_in(taken)
    )
    found = []
    for step in work.session.scalars(steps.order_by(EscalationStep.percent, EscalationStep.id)):
        moment = running[step.target].due(step.percent)
        if moment is not None and _is_open(ticket, step.target):
            found.append((step, moment))
    return found
