"""The demo's page: what the back office does, with the fake ERP in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from core.actor import Actor, system
from core.compose import open_host
from core.config import Settings
from core.demo.folder import Folder
from core.demo.manifest import with_demo
from core.demo.prepare import approve_first_load, connect
from core.host import Host
from core.registry.registry import Registry
from core.security.keys import create_keys
from core.sync.inline import InlineContext
from core.sync.models import Connection
from core.sync.pull.job import pull_once
from core.sync.push.claim import Route
from core.sync.push.run import push_all
from core.testing.plugin import CountQueries
from tests.conftest import OpenPage, Screen

#: Pages need one database: that each answers on PostgreSQL too is test_every_page.py.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

Axe = Callable[[Page], list[str]]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        egress=("127.0.0.1",),
        demo_dir=tmp_path / "demo",
    )


@pytest.fixture
def host(settings: Settings, installed: Registry) -> Iterator[Host]:
    create_keys(settings.data_dir)
    own = with_demo(installed.own)
    opened = open_host(settings, Registry(own, installed.found, installed.connectors))
    yield opened
    opened.database.close()


@pytest.fixture
def connected(host: Host, admin: Actor, tmp_path: Path) -> Host:
    """With the demo's ERP, which was read once; ``admin`` has a company to connect it to."""
    assert admin.company
    demo = host.registry.connector("fake").manifest.demo
    assert demo is not None
    found = demo(Folder(tmp_path / "demo").erp)
    found.start(lambda _line: None)
    approve_first_load(host, connect(host, "fake", found.settings))
    exchange(host)
    return host


@pytest.fixture
def order(connected: Host, api_client: FlaskClient) -> dict[str, str]:
    """Confirmed, and in the ERP."""
    made = draft(api_client)
    assert api_client.post(f"/api/v1/orders/{made['id']}/confirm").status_code == 200
    exchange(connected)
    return made


def test_shipping_invoicing_and_paying_from_the_page(
    order: dict[str, str], host: Host, api_client: FlaskClient, browser_client: FlaskClient
) -> None:
    for step, axis in (("ship", "fulfilment"), ("invoice", "billing"), ("pay", "billing")):
        answer = browser_client.post(address(order, step), follow_redirects=True)
        assert "notice-done" in answer.text
        exchange(host)
        states = api_client.get(f"/api/v1/orders/{order['id']}").json["states"]  # type: ignore[index]  # it is JSON
        assert states[axis] == "full"
    shown = browser_client.get("/demo/").text
    assert order["number"] in shown
    assert address(order, "ship") not in shown
    assert address(order, "invoice") not in shown


def test_what_the_erp_refuses_is_told(order: dict[str, str], browser_client: FlaskClient) -> None:
    answer = browser_client.post(address(order, "pay"), follow_redirects=True)
    assert "notice-error" in answer.text
    assert "no open invoice" in answer.text


@pytest.mark.usefixtures("connected")
def test_an_order_that_is_not_over_there_is_refused(
    api_client: FlaskClient, browser_client: FlaskClient
) -> None:
    made = draft(api_client)
    answer = browser_client.post(address(made, "ship"))
    assert answer.status_code == 409
    assert made["number"] not in browser_client.get("/demo/").text


def test_only_a_demo_has_the_page(
    installed: Registry, settings: Settings, database_url: str
) -> None:
    plain = Registry(installed.own, installed.found, installed.connectors)
    assert "demo_pages" not in {one.name for one in plain.own.blueprints}
    opened = open_host(replace(settings, demo_dir=None, database_url=database_url))
    try:
        assert "demo_pages" not in {one.name for one in opened.registry.own.blueprints}
    finally:
        opened.database.close()


@pytest.mark.usefixtures("order")
def test_more_orders_need_no_more_queries(
    host: Host,
    api_client: FlaskClient,
    browser_client: FlaskClient,
    count_queries: CountQueries,
) -> None:
    with count_queries() as one:
        browser_client.get("/demo/")
    for _ in range(3):
        api_client.post(f"/api/v1/orders/{draft(api_client)['id']}/confirm")
    exchange(host)
    with count_queries() as four:
        assert browser_client.get("/demo/").text.count("SO-") > 4
    assert len(four) == len(one)


@pytest.mark.browser
def test_the_page_keeps_nobody_out(
    order: dict[str, str], live: str, back_office: Page, screen: Screen, axe: Axe
) -> None:
    page = back_office
    page.goto(f"{live}/demo/")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= screen.width
    page.get_by_role("button", name=f"Ship {order['number']}").click()
    assert "shipped" in page.locator(".notice-done").inner_text()
    assert axe(page) == []


@pytest.fixture
def back_office(open_page: OpenPage, screen: Screen, sign_in: Callable[[Page], None]) -> Page:
    """Signed in on the screen at hand."""
    page = open_page(screen)
    sign_in(page)
    return page


def draft(client: FlaskClient) -> dict[str, str]:
    customers = client.get("/api/v1/parties?role=customer").json
    products = client.get("/api/v1/products?stocked=true").json
    assert customers
    assert products
    line = {"sku": products["items"][0]["sku"], "quantity": "1"}
    body = {"customer_id": customers["items"][0]["id"], "currency": "EUR", "lines": [line]}
    answer = client.post("/api/v1/orders", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json or {}
    return found


def address(order: dict[str, str], step: str) -> str:
    return f"/demo/orders/{order['id']}/{step}"


def exchange(host: Host) -> None:
    """What the worker would do: send what is due, read what changed."""
    actor: Actor = system("tests")
    with host.read(actor) as work:
        connection_id = work.session.scalars(select(Connection.id)).one()
        kinds = list(work.enabled.outbound)
    context = InlineContext(host, actor)
    for kind in kinds:
        push_all(context, Route(connection_id, kind), claimant=context.job_id)
    pull_once(context, connection_id)
