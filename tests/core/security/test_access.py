"""The border of every request: who calls, whether they may, and that the wish is their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, g
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from core.actor import Actor
from core.clock import utcnow
from core.host import Host
from core.security.headers import HEADERS
from core.security.models import BrowserSession
from core.testing.people import browser_of, program_of
from core.testing.plugin import CountQueries
from tests.core.security.probe import probe


@pytest.fixture
def app(app: Flask) -> Flask:
    app.register_blueprint(probe)
    return app


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utcnow(), tick=False) as traveller:
        yield traveller


def test_an_api_call_without_a_token_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/v1/probe")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_page_sends_strangers_to_the_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/probe?sort=name&q=a%20b")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/probe?sort%3Dname%26q%3Da%2520b"


def test_a_piece_of_a_page_sends_the_whole_page_to_the_sign_in(client: FlaskClient) -> None:
    seen = {"HX-Request": "true", "HX-Current-URL": "http://localhost/orders/?q=x"}
    answer = client.get("/probe", headers=seen)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/orders/?q%3Dx"


def test_a_token_comes_in_and_is_named(api_client: FlaskClient) -> None:
    assert api_client.get("/api/v1/probe").text == "Ada Admin (tests)"


def test_a_browser_comes_in_and_is_named(browser_client: FlaskClient) -> None:
    assert browser_client.get("/probe").text == "Ada Admin"
    assert browser_client.get("/api/v1/probe").text == "Ada Admin"


def test_who_lacks_the_permission_is_refused(app: Flask, admin: Actor) -> None:
    program = program_of(app, admin, "core.sync")
    assert program.get("/api/v1/probe").status_code == 403
    assert program.post("/api/v1/probe").status_code == 403
    assert program.get("/api/v1/probe/reads").status_code == 200


def test_a_view_that_does_not_say_who_may_is_refused_to_all(
    browser_client: FlaskClient, client: FlaskClient
) -> None:
    assert browser_client.get("/probe/forgotten").status_code == 403
    assert client.get("/probe/forgotten").status_code == 403


def test_methods_of_one_view_are_guarded_each(client: FlaskClient, api_client: FlaskClient) -> None:
    address = "/api/v1/probe/shelf"
    assert client.get(address).text == "anybody"
    assert client.head(address).status_code == 200
    assert client.put(address).status_code == 401
    assert api_client.put(address).text == "somebody"
    assert api_client.delete(address).status_code == 403
    assert client.options(address).status_code == 200


@pytest.mark.parametrize("value", ["Bearer", "Bearer tdm_wrong", "Bearer  ", "bearer \x00x"])
def test_a_wrong_token_is_not_made_up_for_by_a_cookie(
    browser_client: FlaskClient, value: str
) -> None:
    answer = browser_client.get("/api/v1/probe", headers={"Authorization": value})
    assert answer.status_code == 401


def test_a_token_opens_no_page(api_client: FlaskClient) -> None:
    # Else a narrow token could make itself a wide one on the page where tokens are made.
    assert api_client.get("/probe").status_code == 303


def test_nul_in_an_address_is_refused(browser_client: FlaskClient) -> None:
    assert browser_client.get("/probe/mine?name=Ben").status_code == 200
    refused = browser_client.get("/probe/mine?name=B%00n")
    assert refused.status_code == 422
    assert "name: Contains the character NUL." in refused.get_data(as_text=True)


def test_the_caller_s_columns_know_their_types_whatever_was_imported_before() -> None:
    """A label of a foreign key whose table is not known yet has no type: ids came as texts."""
    program = (
        "from core.security import callers\n"
        "for statement in (callers._BY_SESSION, callers._BY_TOKEN):\n"
        "    print([c.key for c in statement.selected_columns if c.type._isnull])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["[]", "[]"]


def test_a_planted_cookie_is_worth_nothing(client: FlaskClient) -> None:
    client.set_cookie("tandem_session", "chosen-by-somebody")
    assert client.get("/probe/mine").status_code == 303


def test_a_session_ends_when_idle(app: Flask, admin: Actor, clock: time_machine.Traveller) -> None:
    browser = browser_of(app, admin)
    for _ in range(3):
        clock.shift(timedelta(hours=11))
        assert browser.get("/probe/mine").status_code == 200
    clock.shift(timedelta(hours=12, seconds=1))
    assert browser.get("/probe/mine").status_code == 303


def test_a_session_ends_after_two_weeks_however_much_it_is_used(
    app: Flask, admin: Actor, clock: time_machine.Traveller
) -> None:
    browser = browser_of(app, admin)
    seen = []
    for _ in range(15 * 3):
        seen.append(browser.get("/probe/mine").status_code)
        clock.shift(timedelta(hours=8))
    assert seen == [200] * 14 * 3 + [303] * 3


def test_use_of_a_session_is_written_down_seldom(
    host: Host, app: Flask, admin: Actor, clock: time_machine.Traveller
) -> None:
    browser = browser_of(app, admin)
    start = utcnow()
    seen = []
    for _ in range(4):
        clock.shift(timedelta(minutes=2))
        browser.get("/probe/mine")
        with host.database.session(writes=False) as session:
            at = session.scalars(select(BrowserSession.seen_at)).one()
        seen.append((at - start).total_seconds())
    assert seen == [0, 0, 360, 360]


def test_a_reading_request_opens_one_transaction_and_asks_once_who_calls(
    app: Flask, admin: Actor, count_queries: CountQueries
) -> None:
    browser = browser_of(app, admin)
    browser.get("/api/v1/probe/reads")
    with count_queries() as queries:
        browser.get("/api/v1/probe/mine")
        assert browser.get("/api/v1/probe/reads").text == "1"
    asked = [query for query in queries if "core_session" in query]
    assert len(asked) == 1
    assert len(queries) == 4, "who calls; companies; a second block asks what is on; SELECT 1"


def test_what_a_request_wrote_it_reads_afterwards(browser_client: FlaskClient) -> None:
    assert browser_client.get("/api/v1/probe/writes").text == "2"


@pytest.mark.parametrize("address", ["/probe", "/api/v1/probe"])
def test_a_browser_s_wish_needs_the_secret_of_our_forms(
    app: Flask, admin: Actor, address: str
) -> None:
    browser = browser_of(app, admin)
    assert browser.post(address).status_code == 200
    secret = browser.environ_base.pop("HTTP_X_CSRFTOKEN")
    assert browser.post(address).status_code == 403
    assert browser.post(address, data={"csrf_token": "wrong"}).status_code == 403
    assert browser.post(address, data={"csrf_token": secret}).status_code == 200


def test_the_secret_of_another_session_does_not_do(app: Flask, admin: Actor) -> None:
    one, other = browser_of(app, admin), browser_of(app, admin)
    one.environ_base["HTTP_X_CSRFTOKEN"] = other.environ_base["HTTP_X_CSRFTOKEN"]
    assert one.post("/probe").status_code == 403


def test_a_planted_form_cookie_brings_no_secret_of_its_own(app: Flask, admin: Actor) -> None:
    attacker, victim = app.test_client(), browser_of(app, admin)
    with attacker.session_transaction() as planted:
        planted["csrf_token"] = "known"
    cookie = attacker.get_cookie("tandem_form")
    assert cookie
    victim.set_cookie("tandem_form", cookie.value)
    signer = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token")
    victim.environ_base["HTTP_X_CSRFTOKEN"] = signer.dumps("known")
    assert victim.post("/probe").status_code == 403


def test_open_forms_need_a_secret_too(client: FlaskClient) -> None:
    assert client.post("/probe/open").status_code == 403


def test_a_program_needs_no_secret(api_client: FlaskClient) -> None:
    assert api_client.post("/api/v1/probe").status_code == 200


@pytest.mark.parametrize("address", ["/probe/mine", "/api/v1/probe", "/nowhere", "/sign-in"])
def test_every_answer_bears_the_headers(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def test_what_somebody_saw_stays_in_no_cache(browser_client: FlaskClient) -> None:
    assert browser_client.get("/probe/mine").headers["Cache-Control"] == "no-store"


def test_a_form_stays_in_no_cache_and_static_files_do(client: FlaskClient) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    with client.get("/static/vendor/htmx-4.0.1/htmx.min.js") as kept:
        assert "immutable" in kept.headers["Cache-Control"]


def test_the_caller_is_not_carried_over(app: Flask, admin: Actor) -> None:
    assert browser_of(app, admin).get("/probe/mine").status_code == 200
    assert app.test_client().get("/probe/mine").status_code == 303
    with app.test_request_context():
        assert "actor" not in g
