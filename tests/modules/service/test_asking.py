"""Links in mails: ratings, and complaints that the customer closes."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from core import traits
from core.errors import RuleBroken
from modules.service.events import TicketRated, TicketResolved
from modules.service.rules.states import Kind, TicketState
from modules.service.services.tickets import get_ticket
from tests.modules.service.conftest import Desk
from tests.modules.service.steps import link_in, moved, opened, the, told

sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@sqlite
def test_a_complaint_is_closed_by_the_customer_and_by_nobody_else(desk: Desk, app: Flask) -> None:
    key = opened(desk, kind=Kind.COMPLAINT)
    with pytest.raises(RuleBroken, match="root cause"):
        moved(desk, key, TicketState.RESOLVED)
    with desk.host.write(desk.actor) as work:
        get_ticket(work, key).root_cause = "A spring of the wrong batch"
    moved(desk, key, TicketState.RESOLVED)
    with pytest.raises(RuleBroken, match="confirmed"):
        moved(desk, key, TicketState.CLOSED)
    desk.work_off()
    link = link_in(desk.sent[-1].get_content(), "settled")
    visitor = app.test_client()
    assert "wrong batch" in visitor.get(link).text
    assert the(desk, key).state is TicketState.RESOLVED, "a scanner that looks settles nothing"
    visitor.post(link, data={"settled": "no", "comment": "It rang once."})
    assert the(desk, key).state is TicketState.REOPENED
    assert desk.thread(key)[-1].text == "It rang once."
    moved(desk, key, TicketState.RESOLVED)
    desk.work_off()
    visitor.post(link_in(desk.sent[-1].get_content(), "settled"), data={"settled": "yes"})
    closed = the(desk, key)
    assert closed.state is TicketState.CLOSED
    assert closed.confirmed_at is not None
    desk.work_off()
    assert link_in(desk.sent[-1].get_content(), "rate")


@sqlite
def test_a_rating_is_counted_by_its_button_and_not_by_a_scanner(
    desk: Desk, app: Flask, anna: UUID
) -> None:
    key = opened(desk, party_id=anna)
    moved(desk, key, TicketState.RESOLVED)
    assert told(desk, TicketResolved)[0].party_id == anna
    desk.work_off()
    link = link_in(desk.sent[-1].get_content(), "rate")
    visitor = app.test_client()
    for score in range(1, 6):
        page = visitor.get(f"{link}?score={score}")
        assert f'value="{score}" checked' in page.text
    assert told(desk, TicketRated) == []
    assert visitor.post(link, data={"score": "9"}).status_code == 422
    for _ in range(2):
        assert "Thank you" in visitor.post(link, data={"score": "4"}).text
    assert [event.score for event in told(desk, TicketRated)] == [4]
    assert visitor.get("/rate/nobody-was-given-this").status_code == 404
    with desk.host.read(desk.actor) as work:
        assert traits.value(work, "service.csat", anna) == 100
    moved(desk, key, TicketState.REOPENED, TicketState.RESOLVED)
    sent = len(desk.sent)
    desk.work_off()
    assert len(desk.sent) == sent, "nobody is asked twice"
