"""What people see of a held installation, and what they decide there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.actor import system
from core.companies import Company
from core.host import Host
from core.installation.deciding import as_clone
from core.installation.recognise import hold, hold_connection
from core.registry.models import Installation
from core.security.roles import create_role
from core.sync.models import Connection, ConnectionState
from core.sync.overview import overview
from core.testing.people import administrator, browser_of, enrol

ACTOR = system("tests")
REASON = "This database was opened last as a.sqlite on one; now it is b.sqlite on two."
Axe = Callable[[Page], list[str]]

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def holding(host: Host) -> None:
    with host.write(ACTOR) as work:
        company = work.session.scalars(select(Company)).one()
        add(work, company, "erp")
        work.session.flush()
        hold(work, work.session.scalars(select(Installation)).one(), REASON)


def add(work: Any, company: Company, name: str) -> Connection:
    found = Connection(
        name=name, connector="fake", company_id=company.id, state=ConnectionState.LIVE
    )
    work.session.add(found)
    return found


def read(host: Host) -> tuple[Installation, list[Connection]]:
    with host.read(ACTOR) as work:
        connections = work.session.scalars(select(Connection).order_by(Connection.name)).all()
        return work.session.scalars(select(Installation)).one(), list(connections)


def test_every_page_says_that_all_is_held_and_one_lets_decide(
    host: Host, browser_client: FlaskClient
) -> None:
    holding(host)
    assert "not where it was" in browser_client.get("/").text
    page = browser_client.get("/installation/").text
    assert "opened last as a.sqlite" in page
    assert browser_client.post("/installation/as-clone").status_code == 303
    installation, (connection,) = read(host)
    assert (installation.held, installation.pushes) == ("", False)
    assert connection.state is ConnectionState.LIVE
    assert "This is a copy" in browser_client.get("/").text
    assert browser_client.post("/installation/allow-push").status_code == 303
    assert read(host)[0].pushes
    assert "This is a copy" not in browser_client.get("/").text
    assert browser_client.post("/installation/allow-push").status_code == 409


def test_a_page_left_open_makes_no_copy_of_what_is_no_longer_held(
    host: Host, browser_client: FlaskClient
) -> None:
    holding(host)
    assert browser_client.post("/installation/after-restore").status_code == 303
    for late in ("as-clone", "after-restore"):
        refused = browser_client.post(f"/installation/{late}")
        assert refused.status_code == 409
        assert "somebody has decided" in refused.text
    installation, _connections = read(host)
    assert (installation.pushes, installation.epoch) == (True, 2)


def test_a_copy_is_evident_to_those_too_who_may_not_see_the_sync(
    host: Host, app: Flask, company: UUID
) -> None:
    seller = replace(administrator(company), roles=frozenset())
    client = browser_of(app, enrol(host, seller))
    assert 'class="banner"' not in client.get("/").text
    holding(host)
    assert "not where it was" in client.get("/").text
    with host.write(ACTOR) as work:
        as_clone(work, host)
    page = client.get("/").text
    assert "This is a copy" in page
    assert "/installation/" not in page
    assert 'id="light"' not in page


def test_who_sees_one_company_decides_nothing_about_the_erps_of_another(
    host: Host, app: Flask, company: UUID
) -> None:
    holding(host)
    with host.write(ACTOR) as work:
        create_role(work, "IT", ("core.connections", "core.sync"))
        other = Company(name="Elsewhere", currency="EUR")
        work.session.add(other)
        work.session.flush()
        add(work, other, "theirs")
    client = browser_of(app, enrol(host, replace(administrator(company), roles=frozenset({"IT"}))))
    for decision in ("after-restore", "as-clone", "allow-push"):
        answer = client.post(f"/installation/{decision}")
        assert (answer.status_code, "other companies" in answer.text) == (403, True)
    installation = read(host)[0]
    assert (installation.held, installation.pushes, installation.epoch) == (REASON, True, 1)


def test_a_held_connection_is_not_resumed_by_its_button(
    host: Host, browser_client: FlaskClient
) -> None:
    holding(host)
    (connection,) = read(host)[1]
    browser_client.post(f"/connections/{connection.id}/resume")
    assert read(host)[1][0].state is ConnectionState.PAUSED
    with host.read(ACTOR) as work:
        (health,) = [one for one in overview(work) if one.connection]
    assert "tandem sync resume" in health.advice, "its button would not do"
    assert browser_client.post("/installation/after-restore").status_code == 303
    installation, (connection,) = read(host)
    assert (installation.epoch, connection.state, connection.held) == (2, "live", "")


@pytest.fixture
def signed_page(
    screen: Any, open_page: Callable[..., Page], sign_in: Callable[[Page], None]
) -> Page:
    page: Page = open_page(screen)
    sign_in(page)
    return page


@pytest.mark.browser
def test_in_chromium(host: Host, signed_page: Page, live: str, axe: Axe, tmp_path: Path) -> None:
    page = signed_page
    holding(host)
    shown(page, f"{live}/installation/", axe)
    page.screenshot(path=tmp_path / "held.png", full_page=True)
    page.get_by_role("button", name="It is a copy").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("This is a copy")
    shown(page, f"{live}/installation/", axe)
    page.get_by_role("button", name="Let it send").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("All is as it should be")
    with host.write(ACTOR) as work:
        connection = work.session.scalars(select(Connection).with_for_update()).one()
        hold_connection(connection, "The ERP seems to be in an earlier state than before.")
    shown(page, f"{live}/installation/", axe)
    page.screenshot(path=tmp_path / "erp.png", full_page=True)
    page.get_by_role("button", name="Work with it as it is now").click()
    expect(page.get_by_text("is being looked through")).to_be_visible()


def shown(page: Page, address: str, axe: Axe) -> None:
    page.goto(address)
    assert axe(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
