"""Planned next steps: once by key, told when done, and taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core import deeds, traits
from core.actor import Actor, system
from core.clock import utcnow
from core.deeds import Asked
from core.errors import Invalid, NotFound, RuleBroken
from core.host import Host
from core.ids import new_id
from modules.contacts.kinds import PARTY
from modules.contacts.models import Activity, Interaction, TimelineEntry
from modules.contacts.rules import ActivityFields, ActivityKind, Role
from modules.contacts.services import About, add_address, create_party, plan_activity
from modules.contacts.services.activities import (
    drop_activity,
    finish_activity,
    hand_over,
    reopen_activity,
)

CALL: ActivityFields = {
    "kind": ActivityKind.CALL,
    "summary": "Ask about the lamps",
    "due_at": datetime(2026, 11, 20, 9, tzinfo=UTC),
}


@pytest.fixture
def us(company: UUID) -> Actor:
    return system("Mia", company=company)


@pytest.fixture
def acme(host: Host, us: Actor, admin: Actor) -> UUID:
    with host.write(us) as work:
        fields = {"name": "Acme", "language": "th", "owner_id": admin.id}
        key = create_party(work, fields, roles=[Role.CUSTOMER]).id  # type: ignore[arg-type]  # a mapping of PartyFields
        add_address(work, key, {"city": "Bangkok", "country": "TH"})
        return key


def test_an_activity_is_planned_once_by_key_done_and_taken_back(
    host: Host, us: Actor, acme: UUID, admin: Actor
) -> None:
    with host.write(us) as work:
        first = plan_activity(work, acme, CALL, key="journey:1")
        assert plan_activity(work, acme, CALL, key="journey:1").id == first.id
        assert first.assignee_id == admin.id, "who looks after the party does it"
        assert plan_activity(work, acme, CALL).id != first.id
    with host.write(us) as work:
        assert finish_activity(work, first.id, " They want 20 ").outcome == "They want 20"
        with pytest.raises(RuleBroken, match="closed already"):
            finish_activity(work, first.id)
    with host.read(us) as work:
        said = work.session.scalars(select(Interaction)).one()
        assert (said.text, said.outcome, said.channel) == (
            "Ask about the lamps",
            "They want 20",
            "call",
        )
        assert work.session.scalar(select(TimelineEntry.interaction_id)) == said.id
    with host.write(us) as work:
        reopened = reopen_activity(work, first.id)
        assert (reopened.closed_at, reopened.done, reopened.outcome) == (None, False, "")
        assert work.session.scalars(select(TimelineEntry)).all() == []
        assert work.session.scalars(select(Interaction)).all() == []
        dropped = drop_activity(work, first.id)
        assert (dropped.closed_at is None, dropped.done) == (False, False)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_not_an_activity_is_refused_beside_its_field(
    host: Host, us: Actor, acme: UUID
) -> None:
    with host.write(us) as work:
        with pytest.raises(Invalid) as empty:
            plan_activity(work, acme, {**CALL, "summary": " "})
        with pytest.raises(Invalid) as nobody:
            plan_activity(work, acme, {**CALL, "assignee_id": new_id()})
        with pytest.raises(NotFound):
            plan_activity(work, new_id(), CALL)
    assert set(empty.value.fields) == {"summary"}
    assert set(nobody.value.fields) == {"assignee_id"}


def test_steps_about_a_record_go_to_its_party_when_it_is_known(
    host: Host, us: Actor, acme: UUID
) -> None:
    lead = About(kind="sales.lead", id=new_id())
    with host.write(us) as work:
        step = plan_activity(work, None, CALL, about=lead)
        other = plan_activity(work, None, CALL, about=About(kind="sales.lead", id=new_id()))
        hand_over(work, lead, acme)
        assert (step.party_id, other.party_id) == (acme, None)


def test_a_journey_plans_through_the_deed_and_asks_through_traits(
    host: Host, us: Actor, acme: UUID, admin: Actor
) -> None:
    settings = {"kind": "visit", "summary": "Say thanks", "in_days": 3}
    asked = Asked(record_id=acme, settings=settings, key="j:1:2", reason="Journey “Thanks”")
    with host.write(us) as work:
        for _twice in range(2):
            deeds.do(work, "contacts.plan_activity", asked)
    with host.read(us) as work:
        planned = work.session.scalars(select(Activity)).one()
        assert (planned.kind, planned.note) == (ActivityKind.VISIT, "Journey “Thanks”")
        assert timedelta(days=2) < planned.due_at - utcnow() < timedelta(days=4)
        known = {
            name: traits.value(work, f"contacts.{name}", acme)
            for name in ("name", "kind", "role", "country", "city", "language", "owner")
        }
        assert traits.value(work, "contacts.last_interaction", acme) is None
        assert traits.value(work, "contacts.created", acme) is not None
        own = [one for one in work.enabled.traits.values() if one.name.startswith("contacts.")]
        assert {one.subject for one in own} == {PARTY}
        choices = {one.name: dict(one.choices(work)) for one in own if one.choices}
    assert known == {
        "name": "Acme",
        "kind": "organisation",
        "role": "customer",
        "country": "TH",
        "city": "Bangkok",
        "language": "th",
        "owner": admin.id,
    }
    assert choices["contacts.country"] == {"TH": "Thailand"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_programs_plan_and_finish(api_client: FlaskClient, acme: UUID) -> None:
    body = {"kind": "call", "summary": "Ring", "due_at": "2026-11-20T09:00:00Z", "key": "k"}
    made = api_client.post(f"/api/v1/parties/{acme}/activities", json=body)
    again = api_client.post(f"/api/v1/parties/{acme}/activities", json=body)
    assert (made.status_code, again.get_json()["id"]) == (201, made.get_json()["id"])
    one = f"/api/v1/activities/{made.get_json()['id']}"
    overdue = api_client.get("/api/v1/activities?state=overdue").get_json()["items"]
    assert [item["summary"] for item in overdue] == ["Ring"]
    assert api_client.patch(one, json={"summary": "Ring twice"}).get_json()["version"] == 2
    assert api_client.post(f"{one}/done", json={"outcome": "ok"}).get_json()["done"]
    assert api_client.post(f"{one}/drop", json={}).status_code == 409
    assert not api_client.post(f"{one}/reopen", json={}).get_json()["done"]
    assert api_client.get("/api/v1/activities?state=lost").status_code == 422


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_pages_plan_finish_and_show_what_is_overdue(
    browser_client: FlaskClient, acme: UUID, admin: Actor
) -> None:
    form = {"kind": "mail", "summary": "Send the list", "due_on": "2026-11-20", "due_time": "9:30"}
    refused = browser_client.post("/contacts/activities/new", data={**form, "due_time": "9 am"})
    assert refused.status_code == 422
    form["assignee_id"] = str(admin.id)
    planned = browser_client.post(f"/contacts/activities/new?party_id={acme}", data=form)
    assert (planned.status_code, planned.location) == (303, f"/contacts/{acme}")
    home = browser_client.get("/").text
    assert "My activities" in home
    assert "Overdue" in home
    assert "Send the list" in browser_client.get(f"/contacts/{acme}").text
    listed = browser_client.get("/contacts/activities/?state=overdue").text
    step = listed.split("/contacts/activities/")[-1]
    assert "Send the list" in step
    key = listed.partition('href="/contacts/activities/0')[2].partition('"')[0]
    page = f"/contacts/activities/0{key}"
    for path in (page, f"{page}/edit", f"{page}/done?back=//evil.example"):
        assert browser_client.get(path).status_code == 200
    sent = browser_client.post(f"{page}/done?back=//evil.example", data={"outcome": "Sent"})
    assert sent.location == page
    assert "Sent" in browser_client.get(f"/contacts/{acme}").text
    assert "Reopen" in browser_client.get(page).text
