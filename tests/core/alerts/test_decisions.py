"""Alerts about what only a person can decide: a held database, a held ERP, a guard's plan."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from sqlalchemy import update

from core.alerts.models import Cause
from core.alerts.rules import change, rules
from core.clock import utcnow
from core.errors import Stale
from core.host import Host
from core.registry.models import Installation
from core.security.vault import open_vault
from core.sync.models import Connection, ConnectionState, Plan, PlanPurpose, PlanState
from tests.core.alerts.conftest import ACTOR, Watched
from tests.core.alerts.receivers import Post

_REASON = "This database was opened last as one; now it is two."


def causes(watched: Watched) -> list[Cause]:
    return [alert.cause for alert in watched.alerts()]


def test_a_held_database_is_told_though_it_may_be_a_copy(watched: Watched, post: Post) -> None:
    watched.set(state=ConnectionState.PAUSED, held=_REASON)
    with watched.host.write(ACTOR) as work:
        work.session.execute(update(Installation).values(held=_REASON))
    watched.look()
    assert watched.send() == []
    assert causes(watched) == [Cause.HELD]
    (mail,) = post.mails
    assert mail["Subject"] == "Tandem: Held until somebody decides"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_a_person_paused_is_no_alert(watched: Watched) -> None:
    watched.set(state=ConnectionState.PAUSED)
    watched.look()
    assert watched.alerts() == []


@pytest.mark.parametrize("purpose", [PlanPurpose.GUARD, PlanPurpose.SWEEP, PlanPurpose.MANUAL])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_plan_nobody_asked_for_is_told(watched: Watched, purpose: PlanPurpose) -> None:
    with watched.host.write(ACTOR) as work:
        connection = work.session.get_one(Connection, watched.connection_id)
        plan = Plan(
            connection_id=connection.id,
            company_id=connection.company_id,
            purpose=purpose,
            kinds=["catalog.product"],
            state=PlanState.READY,
            created_by="tests",
            ready_at=utcnow(),
        )
        work.session.add(plan)
    watched.look()
    assert causes(watched) == ([] if purpose is PlanPurpose.MANUAL else [Cause.PLAN])


def test_of_two_first_saves_at_once_the_second_is_stale(host: Host) -> None:
    vault, begun, said = open_vault(host.settings.data_dir), Event(), []

    def second() -> None:
        begun.set()
        try:
            with host.write(ACTOR) as work:
                change(work, {"lag_minutes": 20}, secret="", vault=vault, version=0)
        except Stale:
            said.append("stale")

    other = Thread(target=second)
    with host.write(ACTOR) as work:
        change(work, {"lag_minutes": 10}, secret="", vault=vault, version=0)
        other.start()
        begun.wait()
        other.join(0.5)  # it waits for us, whichever statement it has come to
    other.join()
    assert said == ["stale"]
    with host.read(ACTOR) as work:
        assert (rules(work).lag_minutes, rules(work).version) == (10, 1)
