"""The pages of statements, and the API beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.alerts.models import Alert, Cause
from core.clock import utcnow
from core.db.base import Record
from core.jobs.models import StoredJob
from core.sync.documents import Invoice
from core.sync.errors import Unsent
from core.sync.inline import InlineContext
from core.sync.reconcile import job
from core.sync.reconcile.asking import PULL_AGAIN, RECONCILE, ask
from core.sync.reconcile.models import Reconciliation, RunState, Statement
from core.sync.retention import forget
from tests.core.sync.reconcile.books import FIRST, INVOICE, LAST, Books


def work_off(books: Books, name: str) -> None:
    """What a worker would do: the jobs of this name that wait."""
    runs = {RECONCILE: job.reconcile, PULL_AGAIN: job.again}
    with books.office.host.read(books.office.actor) as work:
        waiting = work.session.scalars(select(StoredJob).where(StoredJob.name == name)).all()
    for one in waiting:
        runs[name](InlineContext(books.office.host, books.office.actor), one.args)
    with books.office.host.write(books.office.actor) as work:
        for one in waiting:
            work.session.delete(work.session.merge(one))


def got(client: FlaskClient, path: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/sync/statements{path}").get_json()
    return found


def wish(books: Books, *kinds: str) -> dict[str, Any]:
    days = {"first": FIRST.isoformat(), "last": LAST.isoformat()}
    return {"connection_id": str(books.connection), **days, "kinds": list(kinds)}


def test_a_statement_is_asked_for_made_and_shown(books: Books, browser_client: FlaskClient) -> None:
    books.office.erp.store.delete(Invoice, "I00003")
    late = books.office.erp.store.get(Invoice, "I00004")
    assert late is not None
    books.unseen("I00099", replace(late.body, number="=cmd|INV00099"))
    assert "Compare both sides" in browser_client.get("/sync/statements/new").text
    form = {**wish(books), "kind_billing_invoice": "true"}
    assert browser_client.post("/sync/statements/new", data=form).status_code == 303
    assert "Waiting for a worker." in browser_client.get("/sync/statements").text
    work_off(books, RECONCILE)
    page = browser_client.get("/sync/statements").text
    assert "Waiting for a worker." not in page
    assert "2 differences" in page
    with books.office.host.read(books.office.actor) as work:
        run = work.session.scalars(select(Reconciliation)).one()
    key = run.statement_id
    assert run.state is RunState.DONE
    shown = browser_client.get(f"/sync/statements/{key}").text
    assert "Unchanged since it was made" in shown
    named = browser_client.get(f"/sync/statements/differences?statement_id={key}&kind={INVOICE}")
    assert "INV00003" in named.text
    assert "Missing in the ERP" in named.text
    sheet = browser_client.get(f"/sync/statements/{key}.csv")
    assert sheet.text.startswith("\N{BYTE ORDER MARK}row,kind,day")
    assert "'=cmd|INV00099" in sheet.text
    assert browser_client.get(f"/sync/statements/{key}.pdf").data.startswith(b"%PDF-1.7")
    pulled_again(books, browser_client, key)


def pulled_again(books: Books, browser_client: FlaskClient, key: UUID | None) -> None:
    """The remedy of what is missing here, by its button; the next statement no longer names it."""
    assert browser_client.post(f"/sync/statements/{key}/pull-again").status_code == 303
    work_off(books, PULL_AGAIN)
    assert books.state(INVOICE).named == [("missing_there", "INV00003", "look")]


def test_programs_ask_and_read(books: Books, api_client: FlaskClient) -> None:
    books.behind_our_back("I00004", number="INV-OTHER")
    answer = api_client.post("/api/v1/sync/statements", json=wish(books, INVOICE))
    assert answer.status_code == 202, answer.text
    run = f"/runs/{answer.get_json()['id']}"
    assert got(api_client, run)["state"] == "queued"
    work_off(books, RECONCILE)
    key = got(api_client, run)["statement_id"]
    statement = got(api_client, f"/{key}")
    assert (statement["agrees"], statement["differences"]) == (False, 1)
    assert statement["kinds"][0]["ours"]["sums"] == {"EUR": {"net": "55.1", "total": "57.1"}}
    assert len(got(api_client, "")["items"]) == 1
    [number] = got(api_client, f"/differences?statement_id={key}")["items"]
    assert (number["what"], number["remedy"]) == ("number", "pull_again")
    again = api_client.post(f"/api/v1/sync/statements/{key}/pull-again")
    assert again.get_json() == {"records": 1}
    work_off(books, PULL_AGAIN)
    assert books.state(INVOICE).statement.agrees


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_can_not_be_stated_is_refused(books: Books, api_client: FlaskClient) -> None:
    for changed, field in (
        ({"last": "2026-09-01"}, "last"),
        ({"last": "2028-01-01"}, "last"),
        ({"first": "9999-12-30", "last": "9999-12-31"}, "first"),
        ({"kinds": ["nobody.knows"]}, "kinds"),
    ):
        body = {**wish(books, INVOICE), **changed}
        answer = api_client.post("/api/v1/sync/statements", json=body)
        assert answer.status_code == 422
        assert field in answer.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("chosen", ["", "nobody"])
def test_a_form_without_a_live_connection_is_refused_in_words(
    books: Books, browser_client: FlaskClient, chosen: str
) -> None:
    assert browser_client.get("/sync/statements/new?like=nothing").status_code == 200
    form = {**wish(books), "connection_id": chosen}
    answer = browser_client.post("/sync/statements/new", data=form)
    assert answer.status_code == 422
    assert 'id="wrong-connection_id"' in answer.text


@pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED])
def test_a_run_of_long_ago_is_forgotten_and_its_statement_kept(
    books: Books, state: RunState
) -> None:
    context = InlineContext(books.office.host, books.office.actor)
    with books.office.host.write(books.office.actor) as work:
        ask(work, books.connection, (INVOICE,), first=FIRST, last=LAST)
    if state is RunState.FAILED:
        books.office.fail(Unsent("the line is down"), "dated")
        with pytest.raises(Unsent):
            work_off(books, RECONCILE)
    else:
        work_off(books, RECONCILE)
    for days, kept in ((29, 1), (31, 0)):
        with time_machine.travel(utcnow() + timedelta(days=days), tick=False):
            forget(context, {})
        assert number(books, Reconciliation) == kept
    assert number(books, Statement) == (state is RunState.DONE)


def test_a_run_that_waits_is_kept_however_old(books: Books) -> None:
    with books.office.host.write(books.office.actor) as work:
        ask(work, books.connection, (INVOICE,), first=FIRST, last=LAST)
    with time_machine.travel(utcnow() + timedelta(days=400), tick=False):
        forget(InlineContext(books.office.host, books.office.actor), {})
    assert number(books, Reconciliation) == 1


def number(books: Books, table: type[Record]) -> int:
    with books.office.host.read(books.office.actor) as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_failure_is_told_and_no_statement_is_kept(
    books: Books, browser_client: FlaskClient
) -> None:
    browser_client.post(
        "/sync/statements/new", data={**wish(books), "kind_billing_invoice": "true"}
    )
    books.office.fail(Unsent("the line is down"), "dated")
    with pytest.raises(Unsent):
        work_off(books, RECONCILE)
    page = browser_client.get("/sync/statements/runs").text
    assert "No statement could be made: the line is down" in page
    books.office.mend()
    work_off(books, RECONCILE)
    assert "the line is down" not in browser_client.get("/sync/statements/runs").text
    assert "Both sides agree" in browser_client.get("/sync/statements").text


def test_the_night_states_the_last_closed_day_and_drift_is_told(books: Books) -> None:
    context = InlineContext(books.office.host, books.office.actor)
    job.nightly(context, {})
    work_off(books, RECONCILE)
    assert alerts(books) == []
    with books.office.host.read(books.office.actor) as work:
        night = work.session.scalars(select(Reconciliation)).one()
    books.issue(20, issued_on=night.first)
    job.nightly(context, {})
    work_off(books, RECONCILE)
    assert alerts(books) == [Cause.DRIFT]
    # A statement of another day says nothing about this one; one of this day ends the alert.
    books.office.pull(books.connection)
    state(books, night.first - timedelta(days=1))
    assert alerts(books) == [Cause.DRIFT]
    state(books, night.first)
    assert alerts(books) == []


def state(books: Books, day: date) -> None:
    with books.office.host.write(books.office.actor) as work:
        ask(work, books.connection, (), first=day, last=day)
    work_off(books, RECONCILE)


def alerts(books: Books) -> list[Cause]:
    with books.office.host.read(books.office.actor) as work:
        holds = Alert.ended_at.is_(None) & Alert.quiet_since.is_(None)
        return list(work.session.scalars(select(Alert.cause).where(holds)))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_seeing_is_not_making(books: Books, signed_in: Any) -> None:
    key = books.state(INVOICE).statement.id
    reader = signed_in("core.sync")
    assert reader.get(f"/sync/statements/{key}").status_code == 200
    assert reader.get("/sync/statements/new").status_code == 403
    assert reader.post(f"/sync/statements/{key}/pull-again").status_code == 403
    stranger = signed_in("core.sync", company_id=other_company(books))
    for path in (f"/sync/statements/{key}", f"/sync/statements/{key}.csv"):
        assert stranger.get(path).status_code == 404


def other_company(books: Books) -> UUID:
    from core.companies import Company  # noqa: PLC0415 - one test needs a second company

    with books.office.host.write(books.office.actor) as work:
        record = Company(name="Somebody else", currency="EUR")
        work.session.add(record)
        work.session.flush()
        return record.id
