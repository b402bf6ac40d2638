"""Plans on pages: what a step would do, the decision, and everything that can be the matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from core.clock import utcnow
from core.sync.documents import Party
from core.sync.inline import InlineContext
from core.sync.models import Plan, PlanPurpose, PlanState
from core.sync.plans import propose
from core.sync.plans.compute import compute
from core.testing.plugin import CountQueries
from tests.core.sync.pages.conftest import SignedIn
from tests.core.sync.pages.office import Office


def planned(office: Office, key: UUID, purpose: PlanPurpose = PlanPurpose.BACKFILL) -> UUID:
    """Computed, as a worker would."""
    with office.host.write(office.actor) as work:
        made = propose(work, key, purpose).id
    compute(InlineContext(office.host, office.actor), made)
    return made


def edit(office: Office, key: UUID, **values: object) -> None:
    with office.host.write(office.actor) as work:
        found = work.session.get_one(Plan, key)
        for name, value in values.items():
            setattr(found, name, value)


def text_of(client: FlaskClient, address: str) -> str:
    return client.get(address, follow_redirects=True).get_data(as_text=True)


@pytest.fixture
def changed(office: Office) -> UUID:
    """A plan in which a customer of the ERP has another name."""
    connection = office.connect()
    row = office.erp.store.all(Party)[0]
    office.erp.store.put(row.id, replace(row.body, name="Renamed there"), reference=row.reference)
    return planned(office, connection)


def test_what_would_happen_is_counted_and_named(changed: UUID, browser_client: FlaskClient) -> None:
    text = text_of(browser_client, f"/sync/plans/{changed}")
    assert "Waits for a decision" in text
    assert "Renamed there" in text
    assert "Approve" in text
    listed = text_of(browser_client, "/sync/plans")
    assert "Everything once more" in listed
    items = text_of(browser_client, f"/sync/plans/{changed}/items?kind=contacts.party")
    assert "Renamed there" in items


@pytest.mark.parametrize(
    ("way", "state", "words"),
    [("approve", PlanState.RUNNING, "It is being done"), ("reject", PlanState.REJECTED, "Nothing")],
)
def test_a_plan_is_decided(
    office: Office,
    changed: UUID,
    browser_client: FlaskClient,
    way: str,
    state: PlanState,
    words: str,
) -> None:
    answer = browser_client.post(f"/sync/plans/{changed}/{way}", follow_redirects=True)
    assert words in answer.get_data(as_text=True)
    with office.host.read(office.actor) as work:
        plan = work.session.get_one(Plan, changed)
    assert (plan.state, plan.decided_by) == (state, "Ada Admin")
    assert browser_client.post(f"/sync/plans/{changed}/{way}").status_code == 409


def test_a_page_says_what_is_the_matter(
    office: Office, changed: UUID, browser_client: FlaskClient
) -> None:
    address = f"/sync/plans/{changed}"
    edit(office, changed, moved_at=utcnow())
    assert "The ERP has moved on" in text_of(browser_client, address)
    edit(office, changed, ready_at=utcnow() - timedelta(hours=25))
    stale = text_of(browser_client, address)
    assert "more than a day old" in stale
    assert "Approve" not in stale
    edit(office, changed, state=PlanState.COMPUTING, ready_at=None)
    computing = text_of(browser_client, address)
    assert 'data-every="2000"' in computing
    assert "The ERP is being read" in computing
    edit(office, changed, state=PlanState.FAILED, error="The ERP answered no products.")
    failed = text_of(browser_client, address)
    assert "The ERP answered no products." in failed
    assert "ask for a new plan" in failed
    edit(office, changed, state=PlanState.READY, error="", totals={})
    assert "It would change nothing." in text_of(browser_client, address)


def test_the_first_sync_of_a_connection_is_shown_before_anything_is_read_in(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.add("Tryton")
    assert "Show what the first sync would do" in text_of(browser_client, f"/connections/{key}")
    answer = browser_client.post(f"/sync/plans/first/{key}", follow_redirects=True)
    assert "First sync" in answer.get_data(as_text=True)
    office.pull(key)
    assert "CHAIR-01" not in text_of(browser_client, "/products/"), "nothing before the decision"
    with office.host.read(office.actor) as work:
        made = work.session.query(Plan).one()
    compute(InlineContext(office.host, office.actor), made.id)
    text = text_of(browser_client, f"/sync/plans/{made.id}")
    assert "Products" in text
    browser_client.post(f"/sync/plans/{made.id}/approve")
    office.pull(key)
    assert "CHAIR-01" in text_of(browser_client, "/products/")


def test_a_sync_is_asked_for_as_a_plan(office: Office, browser_client: FlaskClient) -> None:
    assert "A plan shows what a large step would do" in text_of(browser_client, "/sync/plans")
    key = office.connect()
    wish = {"connection_id": str(key), "purpose": "manual", "kind": "contacts.party"}
    answer = browser_client.post("/sync/plans/new", data=wish, follow_redirects=True)
    assert "The ERP is being read" in answer.get_data(as_text=True)
    with office.host.read(office.actor) as work:
        assert work.session.query(Plan).one().kinds == ["contacts.party"]


def test_only_who_may_decides(changed: UUID, signed_in: SignedIn) -> None:
    looker = signed_in("core.sync", "core.sync_act")
    assert "Approve" not in text_of(looker, f"/sync/plans/{changed}")
    assert looker.post(f"/sync/plans/{changed}/approve").status_code == 403
    decider = signed_in("core.sync", "core.sync_approve")
    assert "Approve" in text_of(decider, f"/sync/plans/{changed}")
    assert decider.get("/sync/plans/new").status_code == 403
    assert signed_in("contacts.read").get("/sync/plans").status_code == 403


def test_a_plan_of_many_costs_no_more_queries(
    office: Office, changed: UUID, browser_client: FlaskClient, count_queries: CountQueries
) -> None:
    address = f"/sync/plans/{changed}"
    browser_client.get(address)
    with count_queries() as few:
        browser_client.get(address)
    for row in office.erp.store.all(Party):
        office.erp.store.put(row.id, replace(row.body, name=f"{row.body.name} 2"))
    edit(office, changed, state=PlanState.COMPUTING, ready_at=None)
    compute(InlineContext(office.host, office.actor), changed)
    with count_queries() as many:
        browser_client.get(address)
    assert len(many) == len(few)
