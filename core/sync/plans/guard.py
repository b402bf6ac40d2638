"""Plans nobody asked for: a step met a guard, and a person decides."""

from __future__ import annotations

from sqlalchemy import select

from core.clock import utcnow
from core.sync.bindings import ConnectionBindings
from core.sync.models import Plan, PlanAction, PlanItem, PlanPurpose, PlanState
from core.sync.plans.facts import effect_of, read_facts
from core.sync.pull.listing import Listing
from core.work import UnitOfWork

#: Records of a kind that a plan names; the others are counted.
NAMED = 200


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
