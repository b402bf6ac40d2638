"""Whoever the fixtures bring in is let in like anybody else."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from playwright.sync_api import Page

from core import requests
from core.actor import Actor, ActorKind
from core.security.guard import requires


@pytest.fixture
def app(app: Flask) -> Flask:
    @requires("core.users")
    def who() -> str:
        return f"{request.method} {requests.actor().kind} {requests.actor().name}"

    app.add_url_rule("/tests/who", "tests_who", who, methods=["GET", "POST"])
    app.add_url_rule("/api/v1/tests/who", "tests_api_who", who, methods=["GET", "POST"])
    return app


def test_a_stranger_is_turned_away(client: FlaskClient) -> None:
    assert client.get("/tests/who").status_code == 303
    assert client.get("/api/v1/tests/who").status_code == 401


def test_a_browser_reads_and_writes_as_the_administrator(browser_client: FlaskClient) -> None:
    assert browser_client.get("/tests/who").text == "GET user Ada Admin"
    assert browser_client.post("/tests/who").text == "POST user Ada Admin"


def test_a_program_reads_and_writes_with_its_token(api_client: FlaskClient) -> None:
    assert api_client.get("/api/v1/tests/who").text == "GET token Ada Admin (tests)"
    assert api_client.post("/api/v1/tests/who").text == "POST token Ada Admin (tests)"


def test_the_administrator_works_in_the_company(admin: Actor, company: UUID) -> None:
    assert admin.kind is ActorKind.USER
    assert admin.company == company
    assert admin.may("core.users")


@pytest.mark.browser
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_real_browser_can_be_signed_in(
    page: Page, live: str, sign_in: Callable[[Page], None]
) -> None:
    sign_in(page)
    page.goto(f"{live}/tests/who")
    assert page.locator("body").inner_text() == "GET user Ada Admin"
