"""Plans nobody asked for: a step met a guard, and a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from core.clock import utcnow
from core.sync.bindings import ConnectionBindings
from core.sync.models import Connection, Plan, PlanAction, PlanItem, PlanPurpose, PlanState
from core.sync.plans.facts import effect_of, read_facts
from core.sync.plans.service import wake_plan
from core.sync.pull.listing import Listing
from core.work import UnitOfWork

#: Records of a kind that a plan names; the others are counted.
NAMED = 200
_GIVEN_UP = (PlanState.FAILED, PlanState.EXPIRED)
_HOLDS = (PlanState.COMPUTING, PlanState.READY, PlanState.REJECTED)


@dataclass(frozen=True, slots=True)
class Guards:
    """Kinds of a connection that polls leave alone until a person decides, and those let through.

    A rejected plan goes on holding its kinds, until a later one that brings them is approved. One
    that was given up holds nothing: the next poll meets the guard, and asks anew.
    """

    held: frozenset[str] = frozenset()
    let_through: frozenset[str] = frozenset()


def guards(work: UnitOfWork, connection_id: UUID) -> Guards:
    """As the last plan of each kind has it."""
    rows = work.session.execute(
        select(Plan.purpose, Plan.state, Plan.kinds)
        .where(
            Plan.connection_id == connection_id,
            Plan.purpose.in_([PlanPurpose.GUARD, PlanPurpose.MANUAL]),
            Plan.state.not_in(_GIVEN_UP),
        )
        .order_by(func.coalesce(Plan.decided_at, Plan.created_at), Plan.id)
    )
    last: dict[str, PlanState] = {}
    for purpose, state, kinds in rows:
        if purpose is PlanPurpose.GUARD or state not in _HOLDS:
            every = kinds or [one.kind for one in work.enabled.inbound]
            last.update(dict.fromkeys(every, state))
    return Guards(
        held=frozenset(kind for kind, state in last.items() if state in _HOLDS),
        let_through=frozenset(kind for kind, state in last.items() if state is PlanState.RUNNING),
    )


def asked_by_guards(work: UnitOfWork) -> dict[UUID, int]:
    """By connection, how many plans wait for a decision that nobody asked for."""
    waiting = (
        select(Plan.connection_id, func.count())
        .where(
            Plan.state == PlanState.READY,
            Plan.purpose.in_([PlanPurpose.GUARD, PlanPurpose.SWEEP]),
        )
        .group_by(Plan.connection_id)
    )
    return dict(work.session.execute(waiting).all())


def ask_about(work: UnitOfWork, connection: Connection, kind: str) -> None:
    """A plan of what the next poll of this kind would bring, computed by a job."""
    if kind in guards(work, connection.id).held:
        return
    plan = Plan(
        connection_id=connection.id,
        company_id=connection.company_id,
        purpose=PlanPurpose.GUARD,
        kinds=[kind],
        state=PlanState.COMPUTING,
        created_by=work.actor.name,
    )
    work.session.add(plan)
    work.session.flush()
    wake_plan(work, plan)


def ask_deletions(work: UnitOfWork, listing: Listing, count: int) -> None:
    """A plan of what a sweep would hand over as deleted; one that waits already is enough."""
    kind, connection = listing.receives.kind, listing.connection
    waiting = select(Plan).where(
        Plan.connection_id == connection.id,
        Plan.purpose == PlanPurpose.SWEEP,
        Plan.state.in_([PlanState.READY, PlanState.RUNNING]),
    )
    if any(plan.kinds == [kind] for plan in work.session.scalars(waiting)):
        return
    plan = Plan(
        connection_id=connection.id,
        company_id=connection.company_id,
        purpose=PlanPurpose.SWEEP,
        kinds=[kind],
        state=PlanState.READY,
        totals={kind: {"create": 0, "change": 0, "same": 0, "delete": count}},
        ends={kind: listing.round},
        created_by=work.actor.name,
        ready_at=utcnow(),
    )
    work.session.add(plan)
    work.session.flush()
    _name_them(work, listing, plan)


def _name_them(work: UnitOfWork, listing: Listing, plan: Plan) -> None:
    ids = listing.absent(work, "", NAMED)
    facts = read_facts(listing.receives, ConnectionBindings(work, listing.connection), ids)
    for key in ids:
        effect = effect_of(listing.receives, key, facts.get(key, {}), None)
        work.session.add(
            PlanItem(
                plan_id=plan.id,
                kind=listing.receives.kind,
                external_id=key,
                action=PlanAction.DELETE,
                name=effect.name,
                before=effect.before,
            )
        )
