"""Signing in and out, and the first set-up, as a browser does it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.actor import Actor, system
from core.clock import utcnow
from core.companies import Company
from core.errors import CrmError
from core.host import Host
from core.security.accounts import roles_of
from core.security.cookies import safe_next
from core.security.models import BrowserSession, User
from core.security.passwords import is_outdated
from core.security.setup import AlreadySetUp, FirstDay, code_file, set_up, setup_code
from core.testing.people import EMAIL, PASSWORD

FIRST = {
    "company": "Acme",
    "currency": "thb",
    "name": "Ada",
    "email": "Ada@Example.com",
    "password": PASSWORD,
}


def secret_of(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, **given: str) -> TestResponse:
    form = {"email": EMAIL, "password": PASSWORD, **given}
    return client.post("/sign-in", data={"csrf_token": secret_of(client, "/sign-in"), **form})


def set_up_by(client: FlaskClient, **given: str) -> TestResponse:
    form = {"csrf_token": secret_of(client, "/setup"), **FIRST, **given}
    return client.post("/setup", data=form)


@pytest.mark.usefixtures("admin")
def test_the_right_password_opens(client: FlaskClient) -> None:
    answer = sign_in(client, email=f"  {EMAIL.upper()} ", next="/orders/?q=a")
    assert answer.status_code == 303
    assert answer.location == "/orders/?q=a"
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "tandem_session" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/account/").status_code == 200


@pytest.mark.usefixtures("admin")
def test_wrong_password_and_unknown_user_look_alike(client: FlaskClient) -> None:
    wrong = sign_in(client, password="wrong")
    unknown = sign_in(client, email="nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", wrong.text) == strip.sub("", unknown.text)
    assert PASSWORD not in unknown.text
    assert client.get("/account/").status_code == 303


@pytest.mark.usefixtures("admin")
def test_nul_is_refused_before_a_database_trips_over_it(client: FlaskClient) -> None:
    refused = sign_in(client, email="a\0@b.example")
    assert refused.status_code == 422
    assert "email: Contains the character NUL." in refused.get_data(as_text=True)


@pytest.mark.usefixtures("admin")
def test_guessing_is_answered_with_how_long_to_wait(client: FlaskClient) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        assert [sign_in(client, password="wrong").status_code for _ in range(5)] == [401] * 5
        refused = sign_in(client)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "2"
        assert "Please wait 2 seconds" in refused.text
        clock.shift(timedelta(seconds=2))
        assert sign_in(client).status_code == 303


@pytest.mark.usefixtures("admin")
def test_a_session_that_was_there_before_is_not_the_one_after(
    app: Flask, client: FlaskClient, host: Host
) -> None:
    sign_in(client)
    before = client.get_cookie("tandem_session")
    assert before
    sign_in(client)
    after = client.get_cookie("tandem_session")
    assert after
    assert before.value != after.value
    thief = app.test_client()
    thief.set_cookie("tandem_session", before.value)
    assert thief.get("/account/").status_code == 303
    with host.read(system()) as work:
        assert work.session.scalar(select(func.count()).select_from(BrowserSession)) == 1


@pytest.mark.usefixtures("admin")
def test_signing_out_ends_the_session_for_good(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    kept = client.get_cookie("tandem_session")
    assert kept
    secret = secret_of(client, "/account/")
    assert client.post("/sign-out", data={"csrf_token": secret}).status_code == 303
    assert client.get_cookie("tandem_session") is None
    thief = app.test_client()
    thief.set_cookie("tandem_session", kept.value)
    assert thief.get("/account/").status_code == 303


def test_who_left_can_not_sign_in(client: FlaskClient, host: Host, admin: Actor) -> None:
    with host.write(system()) as work:
        work.session.get_one(User, admin.id).active = False
    assert sign_in(client).status_code == 401


def test_an_old_hash_is_renewed_at_sign_in(client: FlaskClient, host: Host, admin: Actor) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with host.write(system()) as work:
        work.session.get_one(User, admin.id).password_hash = old
    assert sign_in(client).status_code == 303
    with host.read(system()) as work:
        assert not is_outdated(work.session.get_one(User, admin.id).password_hash)


@pytest.mark.parametrize(
    ("target", "safe"),
    [
        ("/orders/?q=a#top", True),
        ("/", True),
        ("", False),
        ("https://evil.example/", False),
        ("//evil.example/", False),
        ("/\\evil.example", False),
        ("\\\\evil.example", False),
        ("/\t/evil.example", False),
        ("javascript:alert(1)", False),
        ("orders", False),
    ],
)
def test_nobody_is_led_to_a_stranger(target: str, safe: bool) -> None:  # noqa: FBT001 - a table's column
    assert (safe_next(target) == target) is safe


@pytest.mark.usefixtures("admin")
def test_a_stranger_s_address_leads_home(client: FlaskClient) -> None:
    assert sign_in(client, next="//evil.example/").location == "/"


def test_the_first_comer_sets_up_and_is_signed_in(client: FlaskClient, host: Host) -> None:
    assert client.get("/sign-in").location == "/setup"
    answer = set_up_by(client, code=setup_code(host.settings.data_dir).lower())
    assert answer.status_code == 303, answer.text
    assert client.get("/account/").status_code == 200
    with host.read(system()) as work:
        user = work.session.scalars(select(User)).one()
        company = work.session.scalars(select(Company)).one()
        assert roles_of(work, user.id) == {"Administrator"}
    assert user.email == "ada@example.com"
    assert (company.name, company.currency, user.home_company_id) == ("Acme", "THB", company.id)
    assert not code_file(host.settings.data_dir).exists()


def test_a_stranger_without_the_code_sets_nothing_up(client: FlaskClient, host: Host) -> None:
    answer = set_up_by(client, code="AAAA-BBBB-CCCC")
    assert answer.status_code == 422
    assert "not the set-up code" in answer.text
    with host.read(system()) as work:
        assert work.session.scalars(select(Company)).all() == []


@pytest.mark.usefixtures("admin")
def test_set_up_is_over_once_there_is_a_user(client: FlaskClient) -> None:
    assert client.get("/setup").location == "/sign-in"
    secret = secret_of(client, "/sign-in")
    answer = client.post("/setup", data={"csrf_token": secret, **FIRST})
    assert answer.location == "/sign-in"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("company", " ", "company"),
        ("currency", "EURO", "three letters"),
        ("name", "", "name"),
        ("email", "ada", "not an e-mail"),
        ("password", "short", "at least 12"),
        ("password", "ada@example.com", "can not be the e-mail"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    client: FlaskClient, host: Host, field: str, value: str, says: str
) -> None:
    code = setup_code(host.settings.data_dir)
    answer = set_up_by(client, code=code, **{field: value})
    assert answer.status_code == 422
    assert f'id="wrong-{field}"' in answer.text
    assert says in answer.text
    assert f'value="{code}"' in answer.text
    assert PASSWORD not in answer.text
    with host.read(system()) as work:
        assert work.session.scalars(select(Company)).all() == []


def test_of_two_first_comers_one_is_first(host: Host) -> None:
    def attempt(number: int) -> str:
        wish = FirstDay(**{**FIRST, "email": f"user{number}@example.com"})
        try:
            set_up(host, wish)
        except CrmError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(attempt, range(4)))
    assert outcomes == ["done", *[AlreadySetUp.code] * 3]
    with host.read(system()) as work:
        assert work.session.scalar(select(func.count()).select_from(Company)) == 1
