"""A stopped record that came in is closed by a person who says why: page, API and command."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.actor import system
from core.cli.root import run as tandem
from core.errors import RuleBroken
from core.host import Host
from core.journal import History
from core.sync.errors import Rejected
from core.sync.mending import close
from core.sync.models import InboxRow, InboxState, OutboxRow
from core.sync.pull.inbox import DELETED
from tests.core.sync.pages.office import Office

ACTOR = system("tests")
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def row_id(office: Office) -> UUID:
    """Of a shipment that was deleted in the ERP."""
    key = office.connect()
    with office.host.write(office.actor) as work:
        row = InboxRow(
            connection_id=key,
            company_id=office.company,
            kind="sales.shipment",
            external_id="S-17",
            state=InboxState.STOPPED,
            attempts=0,
            message=str(DELETED),
        )
        work.session.add(row)
        work.session.flush()
        return row.id


def kept(host: Host, row_id: UUID) -> InboxRow:
    with host.read(ACTOR) as work:
        return work.session.get_one(InboxRow, row_id)


def test_it_is_closed_on_a_page_that_asks_why(
    office: Office, browser_client: FlaskClient, row_id: UUID
) -> None:
    address = f"/sync/in/{row_id}/close"
    assert address in browser_client.get("/sync/stopped").text
    form = browser_client.get(address)
    assert "It was deleted in the ERP" in form.text
    unsaid = browser_client.post(address, data={"reason": " "})
    assert (unsaid.status_code, kept(office.host, row_id).state) == (422, InboxState.STOPPED)
    done = browser_client.post(address, data={"reason": "It was\r\nentered twice."})
    assert done.status_code == 303
    row = kept(office.host, row_id)
    assert (row.state, row.message) == (InboxState.CLOSED, "It was entered twice.")
    assert "S-17" not in browser_client.get("/sync/stopped").text
    with office.host.read(ACTOR) as work:
        said = work.session.scalars(select(History).where(History.record_id == row_id)).one()
    assert (said.field, said.new, said.actor) == ("closed", "It was entered twice.", "Ada Admin")
    assert browser_client.post(address, data={"reason": "Again"}).status_code == 409


@on_sqlite
def test_it_is_closed_by_a_program_and_opened_again(
    office: Office, api_client: FlaskClient, row_id: UUID
) -> None:
    address = f"/api/v1/sync/stopped/{row_id}"
    assert api_client.post(f"{address}/close", json={}).status_code == 422
    closed = api_client.post(f"{address}/close", json={"reason": "Entered twice"})
    assert (closed.status_code, closed.json["state"]) == (200, "closed")  # type: ignore[index]  # JSON
    assert api_client.post(f"{address}/retry").status_code == 200
    assert kept(office.host, row_id).state is InboxState.PENDING


@on_sqlite
def test_it_is_closed_by_a_command(
    office: Office, row_id: UUID, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("TANDEM_DATA_DIR", str(office.host.settings.data_dir))
    monkeypatch.setenv("TANDEM_DATABASE_URL", office.host.settings.database_url)
    assert tandem(["sync", "close", str(row_id), "--reason", "Entered twice"]) == 0
    assert kept(office.host, row_id).state is InboxState.CLOSED


@on_sqlite
def test_what_goes_to_the_erp_is_not_closed(office: Office) -> None:
    key = office.connect()
    office.stop(key, 1, Rejected("unknown product W999"))
    with office.host.write(ACTOR) as work:
        row = work.session.scalars(select(OutboxRow)).one()
        with pytest.raises(RuleBroken, match="take it back or cancel it"):
            close(work, row.id, "No longer wanted")
