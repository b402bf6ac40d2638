"""What the stories of tickets are told with."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.events import StoredEvent, revive
from core.ids import new_id
from modules.service.models import (
    SlaPolicy,
    Ticket,
)
from modules.service.rules.states import Channel, Direction, TicketState
from modules.service.services import settings
from modules.service.services.threads import Entry, add_entry
from modules.service.services.tickets import NewTicket, Step, get_ticket, move, open_ticket
from tests.modules.service.conftest import Desk


def opened(desk: Desk, **given: Any) -> UUID:
    values = {
        "subject": "Bell",
        "queue_id": desk.queue_id,
        "channel": Channel.AGENT,
        "email": "anna@customer.example",
        "contact": "Anna Sommer",
        **given,
    }
    with desk.host.write(desk.actor) as work:
        ticket, is_new = open_ticket(work, desk.company, NewTicket(**values))
        if is_new:
            entry = Entry(direction=Direction.INBOUND, text="It is broken.", author="Anna")
            add_entry(work, ticket, entry)
        return ticket.id


def moved(desk: Desk, key: UUID, *states: TicketState, reason: str = "") -> None:
    for state in states:
        with desk.host.write(desk.actor) as work:
            move(work, get_ticket(work, key, lock=True), Step(target=state, reason=reason))


def told(desk: Desk, kind: type[Any]) -> list[Any]:
    name = f"{kind.__module__}.{kind.__qualname__}"
    rows = select(StoredEvent).where(StoredEvent.kind == name).order_by(StoredEvent.id)
    with desk.host.read(desk.actor) as work:
        return [revive(row, kind) for row in work.session.scalars(rows)]


def the(desk: Desk, key: UUID) -> Ticket:
    with desk.host.read(desk.actor) as work:
        return work.session.get_one(Ticket, key)


def link_in(text: str, page: str) -> str:
    found = re.search(rf"http://tandem\.example(/{page}/[\w-]+)", text)
    assert found, text
    return found[1]


def promise(desk: Desk, *, response: int = 60, resolution: int = 480, **which: Any) -> SlaPolicy:
    with desk.host.write(desk.actor) as work:
        week = {f"day{n}": "00:00-24:00" for n in range(7)}
        calendar = settings.add_calendar(
            work, {"name": f"Always {new_id()}", "zone": "UTC", **week}
        )
        values = {
            "name": f"Level {new_id()}",
            "calendar_id": calendar.id,
            "response_minutes": response,
            "resolution_minutes": resolution,
            **which,
        }
        return settings.add(work, SlaPolicy, values)
