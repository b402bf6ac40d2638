"""Setting a connection up, testing it, mending it: nothing typed is lost, no secret comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.actor import system
from core.host import Host
from core.sync.errors import AuthFailed, Unsent
from core.sync.models import Connection, ConnectionState, OutboxState
from tests.core.sync.pages.office import Office

#: Pages need one database: that each answers on PostgreSQL too is test_every_page.py.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

SECRET = "correct horse battery"
NEW = "/connections/new/fake"
TEST = {"connection_test": "1"}


def typed(**changes: str) -> dict[str, str]:
    return {"connection_name": "Tryton", "company": "1", "path": "", "password": "", **changes}


def stored(host: Host) -> list[Connection]:
    with host.read(system("tests")) as work:
        return list(work.session.scalars(select(Connection).order_by(Connection.name)))


def key_of(location: str) -> UUID:
    return UUID(location.rpartition("/")[2])


@pytest.fixture
def guarded(office: Office) -> Office:
    """The ERP asks for a password."""
    object.__setattr__(office.erp, "password", SECRET)
    return office


def test_the_form_asks_what_the_connector_wants(browser_client: FlaskClient) -> None:
    chosen = browser_client.get("/connections/new").text
    assert 'href="/connections/new/tryton"' in chosen
    assert "8.2" in chosen
    form = browser_client.get("/connections/new/tryton").text
    for label in ("Name", "Address", "Database", "User", "Password", "Warehouse", "Units"):
        assert f">{label}" in form
    assert 'type="password"' in form
    assert "A user of its own for the CRM" in form
    assert browser_client.get("/connections/new/nothing").status_code == 404


def test_a_test_asks_the_erp_and_saves_nothing(
    guarded: Office, browser_client: FlaskClient
) -> None:
    answer = browser_client.post(NEW, data=typed(password=SECRET, company="7") | TEST)
    assert answer.status_code == 200
    assert "Fake company 7" in answer.text
    assert "each confirmed exactly once" in answer.text
    # What was typed stands there still, or it would have to be typed again to be saved.
    assert 'value="7"' in answer.text
    assert f'value="{SECRET}"' in answer.text
    assert stored(guarded.host) == []


def test_a_wrong_password_is_said_beside_its_field(
    guarded: Office, browser_client: FlaskClient
) -> None:
    answer = browser_client.post(NEW, data=typed(password="guess") | TEST)
    assert answer.status_code == 422
    beside = re.search(r'id="wrong-password">(.*?)</p>', answer.text)
    assert beside is not None
    assert "the password is wrong" in beside[1]
    assert "Enter the user and the password once more" in answer.text
    assert guarded.erp.faults.calls == ["login"]


def test_what_the_schema_refuses_never_reaches_the_erp(browser_client: FlaskClient) -> None:
    sent = {"connection_name": "T", "url": "nowhere", "database": "a b", "units": "PCE"}
    answer = browser_client.post("/connections/new/tryton", data=sent | TEST)
    assert answer.status_code == 422
    assert "Write one “ours = theirs” per line" in answer.text
    answer = browser_client.post("/connections/new/tryton", data={**sent, "units": ""})
    for name in ("url", "database", "user", "password"):
        assert f'id="wrong-{name}"' in answer.text
    assert 'value="a b"' in answer.text


def test_an_address_that_is_not_allowed_is_said_in_words(browser_client: FlaskClient) -> None:
    sent = {
        "connection_name": "T",
        "url": "http://erp.example:8000",
        "database": "db",
        "user": "u",
        "password": SECRET,
    }
    answer = browser_client.post("/connections/new/tryton", data=sent | TEST)
    assert answer.status_code == 422
    assert "The connection does not work yet" in answer.text
    assert "TANDEM_EGRESS" in answer.text
    assert 'id="wrong-url"' in answer.text
    assert 'id="wrong-password"' not in answer.text


def test_saving_tests_it_and_lets_it_work(guarded: Office, browser_client: FlaskClient) -> None:
    answer = browser_client.post(NEW, data=typed(password=SECRET))
    assert answer.status_code == 303
    (found,) = stored(guarded.host)
    assert (found.state, found.is_default) == (ConnectionState.LIVE, True)
    page = browser_client.get(answer.location).text
    assert "It works: Fake company 1" in page
    assert "each confirmed exactly once" in page


def test_what_can_not_work_yet_is_kept_as_a_draft_with_its_reason(
    guarded: Office, browser_client: FlaskClient
) -> None:
    answer = browser_client.post(NEW, data=typed(password="guess"))
    assert answer.status_code == 303
    (found,) = stored(guarded.host)
    assert found.state is ConnectionState.DRAFT
    page = browser_client.get(answer.location).text
    assert "The test failed: the password is wrong" in page
    assert "saved as a draft" in page


def test_a_secret_is_never_shown_again(
    guarded: Office, browser_client: FlaskClient, api_client: FlaskClient
) -> None:
    place = browser_client.post(NEW, data=typed(password=SECRET)).location
    edit = f"{place}/edit"
    for path in ("/connections/", place, edit, "/sync/", "/sync/feeds", "/"):
        assert SECRET not in browser_client.get(path).text
    assert 'placeholder="Unchanged"' in browser_client.get(edit).text
    # A test with what is stored does not bring it back either.
    version = str(guarded.connection(key_of(place)).version)
    tried = browser_client.post(edit, data=typed(version=version) | TEST)
    assert "The connection works" in tried.text
    assert SECRET not in tried.text
    assert SECRET not in api_client.get("/api/v1/connections").text


def test_a_secret_left_empty_stays(guarded: Office, browser_client: FlaskClient) -> None:
    place = browser_client.post(NEW, data=typed(password=SECRET)).location
    found = guarded.connection(key_of(place))
    sent = typed(connection_name="Main", company="2", version=str(found.version))
    answer = browser_client.post(f"{place}/edit", data=sent | {"connection_default": "true"})
    assert answer.status_code == 303
    changed = guarded.connection(found.id)
    assert (changed.name, changed.settings["company"]) == ("Main", "2")
    assert (changed.answer, changed.is_default) == ("Fake company 2", True)


def test_two_who_edit_at_once_see_both_versions(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    version = str(office.connection(key).version)
    first = browser_client.post(
        f"/connections/{key}/edit", data=typed(company="2", version=version)
    )
    assert first.status_code == 303
    second = browser_client.post(
        f"/connections/{key}/edit", data=typed(company="3", version=version)
    )
    assert second.status_code == 409
    assert "Somebody else has saved this" in second.text
    assert 'value="3"' in second.text
    assert office.connection(key).settings["company"] == "2"


def test_a_name_that_is_taken_is_said_beside_it(
    office: Office, browser_client: FlaskClient
) -> None:
    office.connect()
    answer = browser_client.post(NEW, data=typed())
    assert answer.status_code == 422
    assert 'id="wrong-connection_name"' in answer.text
    assert len(stored(office.host)) == 1


def test_one_connection_of_a_company_takes_its_orders(
    office: Office, browser_client: FlaskClient
) -> None:
    first, second = office.connect("First"), office.connect("Second")
    sent = typed(connection_name="Second", version=str(office.connection(second).version))
    browser_client.post(f"/connections/{second}/edit", data=sent | {"connection_default": "true"})
    assert not office.connection(first).is_default
    assert office.connection(second).is_default


def test_it_is_paused_and_resumed(office: Office, browser_client: FlaskClient) -> None:
    key = office.connect()
    assert browser_client.post(f"/connections/{key}/pause").status_code == 303
    assert office.connection(key).state is ConnectionState.PAUSED
    orders = office.orders(1)
    office.push(key)
    assert office.states(orders) == [OutboxState.QUEUED]
    office.fail(Unsent("connection refused"))
    browser_client.post(f"/connections/{key}/resume")
    assert "It stays as it was" in browser_client.get(f"/connections/{key}").text
    office.mend()
    browser_client.post(f"/connections/{key}/resume")
    assert office.connection(key).state is ConnectionState.LIVE
    office.push(key)
    assert office.states(orders) == [OutboxState.DONE]


def test_refused_credentials_are_mended_and_the_work_goes_on(
    guarded: Office, browser_client: FlaskClient
) -> None:
    key = guarded.connect(password=SECRET)
    object.__setattr__(guarded.erp, "password", "another one")
    guarded.fail(AuthFailed("the password is wrong"))
    orders = guarded.orders(2)
    guarded.push(key)
    guarded.mend()
    assert guarded.connection(key).state is ConnectionState.NEEDS_CREDENTIALS
    assert "Mend the credentials" in browser_client.get(f"/connections/{key}").text
    sent = typed(password="another one", version=str(guarded.connection(key).version))
    browser_client.post(f"/connections/{key}/edit", data=sent | {"connection_default": "true"})
    assert guarded.connection(key).state is ConnectionState.LIVE
    guarded.push(key)
    assert guarded.states(orders) == [OutboxState.DONE] * 2


def test_a_connector_that_breaks_is_said_and_breaks_nothing(
    office: Office, browser_client: FlaskClient
) -> None:
    office.fail(KeyError("no such thing"))
    answer = browser_client.post(NEW, data=typed() | TEST)
    assert answer.status_code == 422
    assert "The connector failed: KeyError" in answer.text


def test_recent_trouble_and_history_stand_on_its_page(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    office.fail(Unsent("connection refused"), "draft")
    office.orders(1)
    office.push(key)
    page = browser_client.get(f"/connections/{key}").text
    assert "SO-" in page
    assert "connection refused" in page
    assert "Draft → Live" in page


def test_each_act_needs_its_permission(
    office: Office, signed_in: Callable[..., FlaskClient]
) -> None:
    key = office.connect()
    reader = signed_in("core.sync")
    page = reader.get(f"/connections/{key}").text
    assert "Test connection" not in page
    assert "Pause" not in page
    for path in ("/connections/new", NEW, f"/connections/{key}/edit"):
        assert reader.get(path).status_code == 403
    for path in (
        NEW,
        *(f"/connections/{key}/{act}" for act in ("edit", "test", "pause", "resume")),
    ):
        assert reader.post(path).status_code == 403
    actor = signed_in("core.sync", "core.sync_act")
    assert actor.post(f"/connections/{key}/pause").status_code == 303
    assert actor.get(f"/connections/{key}/edit").status_code == 403
