"""Business calendars, and which policy holds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from core.ids import new_id
from modules.service.rules.calendar import ALWAYS, Calendar, open_spans, open_time, reached
from modules.service.rules.clock import Facts, Policy, choose
from modules.service.rules.states import Kind, Priority
from tests.modules.service.minutes import MINUTE
from tests.modules.service.test_clock import at, office


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Bangkok", "2026-03-29", 24),
    ],
)
def test_a_day_has_the_hours_its_clocks_show(zone: str, day: str, hours: float) -> None:
    calendar = Calendar(zone=zone, week=ALWAYS.week)
    first = at(f"{day}T00:00", zone)
    following = (datetime.fromisoformat(day) + timedelta(days=1)).date()
    end = at(f"{following}T00:00", zone)
    assert open_time(calendar, first, end) == timedelta(hours=hours)


def test_a_holiday_is_closed_and_those_who_never_open_have_no_due_time() -> None:
    calendar = office(off=[date(2026, 12, 25)])
    christmas = at("2026-12-25T00:00"), at("2026-12-26T00:00")
    assert list(open_spans(calendar, *christmas)) == []
    never = Calendar(zone="UTC", week=((),) * 7)
    assert reached(never, christmas[0], MINUTE) is None


def test_the_first_policy_that_fits_holds() -> None:
    def policy(**what: object) -> Policy:
        return Policy(
            id=new_id(),
            calendar_id=new_id(),
            response=timedelta(hours=1),
            resolution=timedelta(hours=2),
            **what,  # type: ignore[arg-type]  # the fields of the cases below
        )

    gold, urgent, others = policy(tier="gold"), policy(priority=Priority.URGENT), policy()
    table = [gold, urgent, others]
    for tier, priority, expected in (
        ("gold", Priority.URGENT, gold),
        ("silver", Priority.URGENT, urgent),
        (None, Priority.LOW, others),
    ):
        assert choose(table, Facts(kind=Kind.QUESTION, priority=priority, tier=tier)) is expected
    assert choose([gold], Facts(kind=Kind.QUESTION, priority=Priority.LOW, tier=None)) is None
