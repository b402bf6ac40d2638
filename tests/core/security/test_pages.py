"""The pages of one's own access, and of those who manage everybody's."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from core.actor import Actor, system
from core.host import Host
from core.security.accounts import Person, create_user, roles_of
from core.security.models import CustomRole, Token, User
from core.security.passwords import is_right
from core.security.roles import create_role
from core.testing.people import PASSWORD, browser_of, session_cookie

#: Pages need one database: that each answers on PostgreSQL too is test_every_page.py.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def ben(host: Host, company: UUID) -> UUID:
    with host.write(system()) as work:
        create_role(work, "Clerk", ["core.sync"])
        person = Person(
            email="ben@example.com",
            name="Ben",
            roles=frozenset({"Clerk"}),
            companies=frozenset({company}),
            company_id=company,
            language="en",
        )
        return create_user(work, person, "hash").id


def one(host: Host, key: UUID) -> User:
    with host.read(system()) as work:
        return work.session.get_one(User, key)


def test_a_new_user_gets_a_password_shown_once(
    browser_client: FlaskClient, host: Host, company: UUID
) -> None:
    form = {
        "name": "Eve",
        "email": "Eve@Example.com",
        "timezone": "Asia/Bangkok",
        "role:Administrator": "true",
        f"company:{company}": "true",
    }
    answer = browser_client.post("/settings/users/new", data=form)
    assert answer.status_code == 200
    shown = re.search(r'id="secret" value="([^"]+)"', answer.text)
    assert shown
    with host.read(system()) as work:
        user = work.session.scalars(select(User).where(User.email == "eve@example.com")).one()
        assert roles_of(work, user.id) == {"Administrator"}
    assert is_right(shown[1], user.password_hash)
    assert user.timezone == "Asia/Bangkok"
    assert shown[1] not in browser_client.get("/settings/users/").text


def test_what_is_wrong_with_a_user_stands_beside_the_field(
    browser_client: FlaskClient, ben: UUID
) -> None:
    form = {"name": "Eve", "email": "ben@example.com", "timezone": "Mars/Olympus"}
    answer = browser_client.post("/settings/users/new", data=form)
    assert answer.status_code == 422
    assert 'id="wrong-email"' in answer.text
    assert 'id="wrong-timezone"' in answer.text
    assert 'value="Eve"' in answer.text
    del ben


def test_a_user_is_edited_and_keeps_what_the_form_does_not_ask(
    browser_client: FlaskClient, host: Host, ben: UUID, company: UUID
) -> None:
    page = browser_client.get(f"/settings/users/{ben}").text
    assert re.search(r'value="true" id="field-role:Clerk"[^>]* checked', page)
    form = {
        "version": "1",
        "name": "Benjamin",
        "email": "ben@example.com",
        "timezone": "UTC",
        "active": "true",
        "role:Clerk": "true",
        f"company:{company}": "true",
    }
    assert browser_client.post(f"/settings/users/{ben}", data=form).status_code == 303
    user = one(host, ben)
    assert (user.name, user.language, user.home_company_id) == ("Benjamin", "en", company)
    stale = browser_client.post(f"/settings/users/{ben}", data={**form, "name": "Benny"})
    assert stale.status_code == 409
    assert "Somebody else has saved this" in stale.text
    assert 'value="Benny"' in stale.text
    assert "Benjamin" in stale.text
    assert one(host, ben).name == "Benjamin"


def test_an_unticked_box_deactivates(browser_client: FlaskClient, host: Host, ben: UUID) -> None:
    form = {"version": "1", "name": "Ben", "email": "ben@example.com", "timezone": "UTC"}
    assert browser_client.post(f"/settings/users/{ben}", data=form).status_code == 303
    assert not one(host, ben).active


def test_the_last_administrator_is_told_why_they_stay(
    browser_client: FlaskClient, admin: Actor
) -> None:
    form = {"version": "1", "name": "Ada", "email": "ada@tandem.example", "timezone": "UTC"}
    answer = browser_client.post(f"/settings/users/{admin.id}", data=form)
    assert answer.status_code == 409
    assert "last administrator" in answer.text


def test_a_forgotten_password_is_replaced(
    browser_client: FlaskClient, host: Host, ben: UUID
) -> None:
    answer = browser_client.post(f"/settings/users/{ben}/password")
    shown = re.search(r'id="secret" value="([^"]+)"', answer.text)
    assert shown
    assert is_right(shown[1], one(host, ben).password_hash)


def test_roles_are_made_changed_and_deleted(browser_client: FlaskClient, host: Host) -> None:
    form = {"name": "Watcher", "may:core%2Esync": "true"}
    assert browser_client.post("/settings/roles/new", data=form).status_code == 303
    with host.read(system()) as work:
        role = work.session.scalars(select(CustomRole)).one()
    assert (role.name, role.permissions) == ("Watcher", ["core.sync"])
    assert "Watcher" in browser_client.get("/settings/roles/").text
    address = f"/settings/roles/{role.id}"
    changed = {"version": "1", "may:core%2Ehistory": "true"}
    assert browser_client.post(address, data=changed).status_code == 303
    assert browser_client.post(address, data=changed).status_code == 409
    assert browser_client.post(f"{address}/delete").status_code == 303
    with host.read(system()) as work:
        assert work.session.scalars(select(CustomRole)).all() == []


def test_who_may_not_manage_users_sees_none_of_it(app: Flask, host: Host, ben: UUID) -> None:
    browser = browser_of(app, actor_of(host, ben))
    for address in ("users/", "users/new", f"users/{ben}", "roles/", "roles/new", "tokens/"):
        assert browser.get(f"/settings/{address}").status_code == 403
    assert browser.get("/account/").status_code == 200


def actor_of(host: Host, key: UUID) -> Actor:
    user = one(host, key)
    return Actor(kind=system().kind, name=user.name, id=user.id)


def test_a_token_is_made_shown_once_and_revoked(
    app: Flask, browser_client: FlaskClient, host: Host
) -> None:
    form = {"name": "shop", "days": "30", "may:core%2Emodules": "true"}
    answer = browser_client.post("/account/tokens/new", data=form)
    shown = re.search(r'id="secret" value="(tdm_[^"]+)"', answer.text)
    assert shown
    program = app.test_client()
    bearer = {"Authorization": f"Bearer {shown[1]}"}
    assert program.get("/api/v1/modules", headers=bearer).status_code == 200
    with host.read(system()) as work:
        token = work.session.scalars(select(Token)).one()
    assert token.scopes == ["core.modules"]
    assert token.expires_at
    for page in ("/account/", "/settings/tokens/"):
        text = browser_client.get(page).text
        assert token.prefix in text
        assert shown[1] not in text
    assert browser_client.post(f"/account/tokens/{token.id}/revoke").status_code == 303
    assert program.get("/api/v1/modules", headers=bearer).status_code == 401


def test_nobody_revokes_another_s_token_from_their_account(
    app: Flask, browser_client: FlaskClient, host: Host, ben: UUID
) -> None:
    browser_client.post("/account/tokens/new", data={"name": "shop", "may:*": "true"})
    with host.read(system()) as work:
        token = work.session.scalars(select(Token)).one()
    other = browser_of(app, actor_of(host, ben))
    assert other.post(f"/account/tokens/{token.id}/revoke").status_code == 404
    assert other.post(f"/settings/tokens/{token.id}/revoke").status_code == 403
    assert browser_client.post(f"/settings/tokens/{token.id}/revoke").status_code == 303


def test_a_token_offers_only_what_its_maker_may(app: Flask, host: Host, ben: UUID) -> None:
    page = browser_of(app, actor_of(host, ben)).get("/account/tokens/new").text
    assert "may:core%2Esync" in page
    assert "may:core%2Eusers" not in page


def test_the_password_is_replaced_by_who_knows_it(
    app: Flask, browser_client: FlaskClient, host: Host, admin: Actor
) -> None:
    assert admin.id
    elsewhere = browser_of(app, admin)
    new = "quite another few words"
    wrong = browser_client.post("/account/password", data={"old": "guess", "password": new})
    assert wrong.status_code == 422
    assert 'id="wrong-old"' in wrong.text
    weak = browser_client.post("/account/password", data={"old": PASSWORD, "password": "short"})
    assert 'id="wrong-password"' in weak.text
    form = {"old": PASSWORD, "password": new}
    assert browser_client.post("/account/password", data=form).status_code == 303
    assert is_right(new, one(host, admin.id).password_hash)
    assert browser_client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 303


def test_another_browser_is_signed_out(
    app: Flask, browser_client: FlaskClient, admin: Actor
) -> None:
    elsewhere = browser_of(app, admin)
    page = browser_client.get("/account/").text
    assert "This one" in page
    key = re.search(r"/account/sessions/([0-9a-f-]{36})/end", page)
    assert key
    assert browser_client.post(f"/account/sessions/{key[1]}/end").status_code == 303
    assert elsewhere.get("/account/").status_code == 303


def test_the_profile_is_one_s_own(browser_client: FlaskClient, host: Host, admin: Actor) -> None:
    assert admin.id
    form = {"version": "1", "name": "Ada L", "timezone": "Asia/Bangkok", "email": "x@y.example"}
    assert browser_client.post("/account/profile", data=form).status_code == 303
    user = one(host, admin.id)
    assert (user.name, user.timezone, user.email) == (
        "Ada L",
        "Asia/Bangkok",
        "ada@tandem.example",
    )
    assert browser_client.post("/account/profile", data=form).status_code == 409


PAGES = (
    "/settings/users/",
    "/settings/users/new",
    "/settings/roles/",
    "/settings/roles/new",
    "/settings/tokens/",
    "/account/",
    "/account/profile",
    "/account/password",
    "/account/tokens/new",
)


@pytest.mark.browser
@pytest.mark.usefixtures("ben")
def test_nothing_on_these_pages_keeps_anybody_out(
    live: str,
    host: Host,
    admin: Actor,
    open_page: Callable[..., Page],
    screen: object,
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page(screen)
    for address in ("/sign-in", *PAGES):
        if address == PAGES[0]:
            name, secret = session_cookie(host, admin)
            page.context.add_cookies([{"name": name, "value": secret, "url": live}])
        page.goto(live + address)
        assert axe(page) == [], address
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        debugger = page.context.new_cdp_session(page)
        answer = debugger.send("Runtime.evaluate", {"expression": width})
        assert answer["result"]["value"] <= 0, f"{address} is wider than the screen"
        debugger.detach()
