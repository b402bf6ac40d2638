"""``tandem sync plan|plans|approve|reject|conflicts|resolve``: what the sync leaves to a person."""

from __future__ import annotations

import time
from uuid import UUID

import click

from core.api.listing import ListQuery, page
from core.cli.named import connection_named
from core.cli.opened import OPERATOR, opened
from core.cli.show import show_table
from core.errors import RuleBroken
from core.host import Host
from core.sync.inline import InlineContext
from core.sync.mending import close
from core.sync.merge.lists import CONFLICTS
from core.sync.merge.resolving import resolve
from core.sync.models import Keep, Plan, PlanAction, PlanPurpose, PlanState
from core.sync.plans import approve, propose, reject
from core.sync.plans.compute import compute
from core.sync.plans.lists import PLANS, total
from core.workers import live_worker

_PURPOSES = {
    "now": PlanPurpose.MANUAL,
    "first": PlanPurpose.FIRST_LOAD,
    "everything": PlanPurpose.BACKFILL,
    "mapping": PlanPurpose.MAPPING,
}
#: Rows shown in a terminal; the pages and the API have all of them.
_MOST = 200
_PAUSE_S = 1.0
#: Of a plan that was not computed in time, and of one that can not be.
_NOT_YET, _FAILED = 1, 2


@click.command("plan")
@click.argument("connection")
@click.option("--kind", "kinds", multiple=True, help="Like contacts.party; all without it.")
@click.option("--what", type=click.Choice(list(_PURPOSES)), default="now", show_default=True)
@click.option("--wait", "wait_s", type=click.IntRange(0), default=300, help="Seconds at most.")
def plan(*, connection: str, kinds: tuple[str, ...], what: str, wait_s: int) -> None:
    """Show what a step would do, before it is done.

    Exit code 1: it is still being computed; 2: it can not be.
    """
    with opened() as host:
        with host.write(OPERATOR) as work:
            connection_id = connection_named(work, connection)
            key = propose(work, connection_id, _PURPOSES[what], kinds or None).id
        found = computed_plan(host, key, wait_s)
        show_plan(found)
        if found.state is not PlanState.READY:
            raise SystemExit(_NOT_YET if found.state is PlanState.COMPUTING else _FAILED)


@click.command("plans")
def plans() -> None:
    """Plans, the newest first."""
    with opened() as host, host.read(OPERATOR) as work:
        rows = page(work, PLANS, ListQuery(limit=_MOST)).rows
    head = ("plan", "connection", "what", "state", *(action.value for action in PlanAction))
    show_table(
        head,
        [(str(row.id), row.connection, row.purpose, row.state, *_sums(row.totals)) for row in rows],
    )


@click.command("approve")
@click.argument("plan_id", metavar="PLAN", type=click.UUID)
def approve_plan(*, plan_id: UUID) -> None:
    """Have a plan done, by the workers."""
    with opened() as host, host.write(OPERATOR) as work:
        approve(work, plan_id)
    click.echo("Approved: the workers are at it.")


@click.command("reject")
@click.argument("plan_id", metavar="PLAN", type=click.UUID)
def reject_plan(*, plan_id: UUID) -> None:
    """Have nothing of a plan done."""
    with opened() as host, host.write(OPERATOR) as work:
        reject(work, plan_id)
    click.echo("Rejected: nothing of it is done.")


@click.command("conflicts")
def conflicts() -> None:
    """What both sides say differently of one field, the newest first."""
    with opened() as host, host.read(OPERATOR) as work:
        rows = page(work, CONFLICTS, ListQuery(limit=_MOST)).rows
    head = ("conflict", "record", "field", "here", "by", "there", "connection", "cause")
    show_table(
        head,
        [
            (
                *(str(row.id), row.name or "", row.field, _plain(row.ours), row.ours_by),
                *(_plain(row.theirs), row.connection, row.cause),
            )
            for row in rows
        ],
    )


@click.command("resolve")
@click.argument("conflict_id", metavar="CONFLICT", type=click.UUID)
@click.argument("keep", type=click.Choice([one.value for one in Keep]))
def resolve_conflict(*, conflict_id: UUID, keep: str) -> None:
    """Keep ours, which goes to the ERP, or theirs, which is written here."""
    with opened() as host, host.write(OPERATOR) as work:
        resolve(work, conflict_id, Keep(keep))
    stands = "ours stands and goes to the ERP" if keep == Keep.OURS else "theirs is written here"
    click.echo(f"Settled: {stands}.")


@click.command("close")
@click.argument("row_id", metavar="RECORD", type=click.UUID)
@click.option("--reason", required=True, help="Kept in the history.")
def close_record(*, row_id: UUID, reason: str) -> None:
    """Have nothing come of a stopped record that came from an ERP; a later version still does."""
    with opened() as host, host.write(OPERATOR) as work:
        close(work, row_id, reason)
    click.echo("Closed: nothing comes of it.")


#: For the group of ``tandem sync``.
COMMANDS = (plan, plans, approve_plan, reject_plan, conflicts, resolve_conflict, close_record)


def computed_plan(host: Host, key: UUID, wait_s: int) -> Plan:
    """A worker computes it; where none is alive, this process does."""
    until = time.monotonic() + wait_s
    while (found := _read(host, key)).state is PlanState.COMPUTING:
        if not _worker_lives(host):
            compute(InlineContext(host, OPERATOR), key)
            found = _read(host, key)
            if found.state is PlanState.COMPUTING:
                raise RuleBroken("The ERP can not be asked now: “tandem sync status” says why.")
            break
        if time.monotonic() > until:
            break
        time.sleep(_PAUSE_S)
    return found


def _read(host: Host, key: UUID) -> Plan:
    with host.read(OPERATOR) as work:
        return work.session.get_one(Plan, key)


def _worker_lives(host: Host) -> bool:
    with host.read(OPERATOR) as work:
        return live_worker(work.session)


def show_plan(found: Plan) -> None:
    click.echo(f"Plan {found.id}: {found.state.value}{f', {found.error}' if found.error else ''}")
    head = ("kind", *(action.value for action in PlanAction))
    rows = [
        (kind, *(str(counts.get(action.value, 0)) for action in PlanAction))
        for kind, counts in found.totals.items()
    ]
    show_table(head, rows)


def _sums(totals: dict[str, dict[str, int]]) -> list[str]:
    return [str(total(totals, action)) for action in PlanAction]


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if part)
    return "" if value is None else str(value)
