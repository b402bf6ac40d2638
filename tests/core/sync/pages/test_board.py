"""The sync page: how each connection fares, what waits and why, and what people do about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from core.actor import system
from core.companies import Company
from core.host import Host
from core.ids import new_id
from core.sync.errors import AuthFailed, Rejected, Unsent
from core.sync.models import InboxRow, InboxState, OutboxState
from core.testing.plugin import CountQueries
from tests.core.sync.pages.office import Office

SignedIn = Callable[..., FlaskClient]
PAGES = ("/sync/", "/sync/waiting", "/sync/running", "/sync/stopped", "/sync/feeds")
W999 = Rejected("unknown product W999", field="lines")
LIMIT = Rejected("over the credit limit", field="customer")


def words(client: FlaskClient, path: str) -> str:
    """What stands on the page, without its markup."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_without_a_connection_every_page_says_what_it_is_for(browser_client: FlaskClient) -> None:
    assert "Connect an ERP" in words(browser_client, "/sync/")
    for path in PAGES[1:]:
        assert "Nothing here yet" in words(browser_client, path)


def test_an_erp_that_answers_is_in_step(office: Office, browser_client: FlaskClient) -> None:
    key = office.connect()
    orders = office.orders(2)
    assert "2 records are on their way" in words(browser_client, "/sync/")
    office.push(key)
    office.pull(key)
    assert office.states(orders) == [OutboxState.DONE] * 2
    shown = words(browser_client, "/sync/part")
    assert "Everything is in step." in shown
    assert "Orders: 2 arrived" in shown
    assert "Stock levels" in words(browser_client, "/sync/feeds")


def test_an_erp_that_is_silent_is_said_with_what_waits(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    office.fail(Unsent("erp.example did not answer: connection refused"))
    office.orders(3)
    office.push(key)
    shown = words(browser_client, "/sync/")
    assert "There has been trouble with Tryton since" in shown
    assert "3 records wait." in shown
    assert "connection refused" in shown
    assert "Trouble with Tryton" in words(browser_client, "/light") or "No worker" in shown
    listed = words(browser_client, f"/sync/waiting?connection_id={key}")
    assert listed.count("connection refused") == 3


def test_a_feed_that_can_not_be_read_is_not_called_in_step(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    office.fail(Rejected("no access to stock"), "changed")
    office.pull(key)
    shown = words(browser_client, "/sync/")
    assert "feeds of the ERP can not be read" in shown
    assert "no access to stock" in words(browser_client, "/sync/feeds?failed=true")


def test_refused_credentials_are_said_with_what_to_do(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    office.fail(AuthFailed("the password is wrong"))
    office.orders(1)
    office.push(key)
    shown = words(browser_client, "/sync/")
    assert "Tryton refuses our credentials. 1 record waits." in shown
    assert f'href="/connections/{key}/edit"' in browser_client.get("/sync/").text
    assert "the password is wrong" in shown


def test_a_stopped_record_leads_to_its_page_and_is_tried_again(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    (order,) = office.stop(key, 1, W999)
    page = browser_client.get("/sync/stopped").text
    assert f'href="/orders/{order}"' in page
    assert "unknown product W999" in page
    (row,) = office.row_ids([order])
    answer = browser_client.post(f"/sync/out/{row}/retry")
    assert answer.status_code == 303
    assert office.states([order]) == [OutboxState.QUEUED]
    office.push(key)
    assert office.states([order]) == [OutboxState.DONE]
    assert "Nothing here yet" in words(browser_client, "/sync/stopped")


def test_all_of_one_reason_are_tried_again_and_no_others(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    unknown, limited = office.stop(key, 2, W999), office.stop(key, 3, LIMIT)
    shown = words(browser_client, "/sync/stopped")
    assert "3 records Orders, Tryton over the credit limit" in shown
    reason = {"way": "out", "kind": "sales.order", "connection_id": str(key)}
    reason["reason"] = "over the credit limit"
    listed = browser_client.get("/sync/stopped", query_string=reason).text
    assert listed.count("<b>customer</b>") == 3
    assert "<b>lines</b>" not in listed
    assert browser_client.post("/sync/stopped/retry", data=reason).status_code == 303
    assert office.states(limited) == [OutboxState.QUEUED] * 3
    assert office.states(unknown) == [OutboxState.STOPPED] * 2


def test_words_of_several_lines_come_back_from_the_form_as_they_were(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    orders = office.stop(key, 1, Rejected("no such product\nin this company"))
    browser_client.post(
        "/sync/stopped/retry", data={"reason": "no such product\r\nin this company"}
    )
    assert office.states(orders) == [OutboxState.QUEUED]


@pytest.mark.parametrize("state", [InboxState.STOPPED, InboxState.WAITING])
def test_what_came_in_and_could_not_be_applied_is_tried_again(
    office: Office, browser_client: FlaskClient, state: InboxState
) -> None:
    key = office.connect()
    row = office.arrive(key, state, "The invoice has no currency.")
    assert "The invoice has no currency." in words(browser_client, f"/sync/{state}?way=in")
    assert browser_client.post(f"/sync/in/{row}/retry").status_code == 303
    with office.host.read(office.actor) as work:
        found = work.session.get_one(InboxRow, row)
        assert (found.state, found.attempts) == (InboxState.PENDING, 0)


def test_all_that_came_in_for_one_reason_is_tried_again(
    office: Office, browser_client: FlaskClient
) -> None:
    row = office.arrive(office.connect(), InboxState.STOPPED, "no currency")
    browser_client.post("/sync/stopped/retry", data={"way": "in", "reason": "no currency"})
    with office.host.read(office.actor) as work:
        assert work.session.get_one(InboxRow, row).state is InboxState.PENDING


def test_what_is_not_stopped_can_not_be_retried(
    office: Office, browser_client: FlaskClient
) -> None:
    office.connect()
    orders = office.orders(1)
    (row,) = office.row_ids(orders)
    assert browser_client.post(f"/sync/out/{row}/retry").status_code == 409
    assert browser_client.post(f"/sync/in/{new_id()}/retry").status_code == 404
    assert browser_client.post("/sync/stopped/retry", data={"way": "sideways"}).status_code == 303
    assert office.states(orders) == [OutboxState.QUEUED]


def test_who_may_see_may_not_yet_act(office: Office, signed_in: SignedIn) -> None:
    orders = office.stop(office.connect(), 1, W999)
    (row,) = office.row_ids(orders)
    reader = signed_in("core.sync")
    page = reader.get("/sync/stopped").text
    assert "unknown product W999" in page
    assert "formaction" not in page
    assert "Retry all" not in page
    assert reader.post(f"/sync/out/{row}/retry").status_code == 403
    assert reader.post("/sync/stopped/retry").status_code == 403
    assert office.states(orders) == [OutboxState.STOPPED]


def test_others_see_neither_page_nor_light(office: Office, signed_in: SignedIn) -> None:
    office.connect()
    stranger = signed_in("sales.read")
    for path in (*PAGES, "/sync/part", "/connections/"):
        assert stranger.get(path).status_code == 403
    home = stranger.get("/").text
    assert 'class="light"' not in home
    assert "/sync/" not in home


def test_another_company_sees_nothing_of_it(
    office: Office, host: Host, signed_in: SignedIn
) -> None:
    key = office.connect()
    (order,) = office.stop(key, 1, W999)
    office.arrive(key, InboxState.STOPPED, "no currency")
    with host.write(system("tests")) as work:
        other = Company(name="Elsewhere", currency="EUR")
        work.session.add(other)
        work.session.flush()
        other_id: UUID = other.id
    stranger = signed_in("core.sync", "core.sync_act", "core.connections", company_id=other_id)
    for path in (*PAGES, "/connections/", "/"):
        assert "Tryton" not in words(stranger, path).replace("New connection: Tryton", ""), path
    (row,) = office.row_ids([order])
    assert stranger.post(f"/sync/out/{row}/retry").status_code == 404
    stranger.post("/sync/stopped/retry", data={"kind": "sales.order"})
    assert office.states([order]) == [OutboxState.STOPPED]
    assert stranger.get(f"/connections/{key}").status_code == 404
    assert stranger.post(f"/connections/{key}/pause").status_code == 404


def test_the_number_of_queries_does_not_grow(
    office: Office, browser_client: FlaskClient, count_queries: CountQueries
) -> None:
    key = office.connect()
    office.stop(key, 1, W999)
    paths = (*PAGES, "/sync/part", "/connections/", "/")

    def asked() -> list[int]:
        counts = []
        for path in paths:
            browser_client.get(path)  # the first answer compiles and caches
            with count_queries() as queries:
                browser_client.get(path)
            counts.append(len(queries))
        return counts

    before = asked()
    for name in ("Second", "Third"):
        office.add(name)
    office.stop(key, 12, LIMIT)
    office.orders(5)
    assert asked() == before
    *own, home = before
    assert max(own) <= 26
    # Every module asks for what its panel shows there: few each, and as many whatever there is.
    assert home <= 60


def test_the_parts_that_renew_themselves_are_parts(
    office: Office, browser_client: FlaskClient
) -> None:
    office.stop(office.connect(), 1, W999)
    polled = {"HX-Request": "true"}
    for path in ("/sync/part", "/sync/tabs/stopped", "/sync/stopped", "/sync/feeds"):
        part = browser_client.get(path, headers=polled).text
        assert "<html" not in part
        assert part.count("data-poll") == 1, path
    swapped = browser_client.get("/sync/stopped", headers={**polled, "HX-Target": "div#listing"})
    assert swapped.text.startswith('<div id="listing"')


def test_a_filter_that_is_no_key_is_said_to_be_none(browser_client: FlaskClient) -> None:
    for path in ("stopped", "conflicts", "plans", "statements"):
        answer = browser_client.get(f"/sync/{path}?connection_id=nonsense")
        assert (answer.status_code, "Not an id." in answer.text) == (422, True), path


def test_a_list_goes_as_csv(office: Office, browser_client: FlaskClient) -> None:
    office.stop(office.connect(), 2, W999)
    lines = browser_client.get("/sync/stopped?format=csv").text.splitlines()
    assert len(lines) == 3
    assert "unknown product W999" in lines[1]


def test_home_shows_what_needs_attention_and_nothing_else(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    assert "Nothing asks for you" in words(browser_client, "/")
    (order,) = office.stop(key, 1, W999)
    page = browser_client.get("/").text
    assert f'href="/orders/{order}"' in page
    assert "Connections in trouble" not in page
    office.fail(Unsent("connection refused"))
    office.orders(2)
    office.push(key)
    shown = words(browser_client, "/")
    assert "Connections in trouble Tryton There has been trouble" in shown
    assert "2 records wait to be sent or taken over" in shown
