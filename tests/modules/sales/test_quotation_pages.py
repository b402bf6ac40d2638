"""The pages of quotations, and the one a customer sees without signing in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from core.actor import system
from core.host import Host
from modules.sales.rules.pricing import Discount, DiscountKind
from modules.sales.services.quotations.approvals import ask_approval
from modules.sales.services.quotations.wishes import OfferLine
from tests.modules.sales.quoting import drafted, sent, wish_for

MakeProduct = Callable[..., UUID]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def products(make_product: MakeProduct) -> None:
    make_product("W001", "11.00", name="Bell")
    make_product("W002", "24.50", name="Lamp")


def typed(**columns: list[str]) -> dict[str, Any]:
    rows = {name: [""] for name in ("sku", "quantity", "price", "discount", "promised_on")}
    return {**rows, **columns}


def test_what_was_typed_stays_and_each_mistake_stands_beside_its_field(
    browser_client: FlaskClient, customer: UUID
) -> None:
    path = f"/quotations/new?customer_id={customer}"
    two = {"price": ["", ""], "promised_on": ["", ""]}
    wrong = typed(sku=["W001", "NOPE"], quantity=["two", "1"], discount=["", "ten %"], **two)
    answer = browser_client.post(path, data=wrong)
    assert answer.status_code == 422
    for part in ('value="two"', 'id="wrong-0-quantity"', 'value="ten %"', 'id="wrong-1-discount"'):
        assert part in answer.text
    wrong |= {"quantity": ["2", "1"], "discount": ["5 %", "0.50"]}
    assert 'id="wrong-1-sku"' in browser_client.post(path, data=wrong).text
    more = browser_client.post(path, data=wrong | {"more": "1"})
    assert (more.status_code, 'value="NOPE"' in more.text) == (200, True)
    wrong |= {"sku": ["W001", "W002"], "valid_until": "2001-01-01"}
    assert 'id="wrong-valid_until"' in browser_client.post(path, data=wrong).text
    assert browser_client.post(path, data=wrong | {"valid_until": ""}).status_code == 303


def test_a_stale_draft_is_shown_and_nothing_is_lost(
    browser_client: FlaskClient, host: Host, customer: UUID
) -> None:
    key = drafted(host, wish_for(customer))
    path = f"/quotations/{key}/edit"
    ours = typed(sku=["W002"], quantity=["5"]) | {"version": "1"}
    assert browser_client.post(path, data=ours).status_code == 303
    stale = browser_client.post(path, data=ours)
    assert (stale.status_code, 'value="W002"' in stale.text) == (409, True)


def test_pages_cost_the_same_with_many_rows(
    browser_client: FlaskClient, host: Host, customer: UUID, count_queries: Any
) -> None:
    def cost(path: str) -> int:
        with count_queries() as queries:
            assert browser_client.get(path).status_code == 200
        return len(queries)

    def lines(number: int) -> list[OfferLine]:
        return [OfferLine(sku=f"W00{n % 2 + 1}", quantity=Decimal(n + 1)) for n in range(number)]

    one = drafted(host, wish_for(customer, *lines(1)))
    few = [cost(path) for path in ("/quotations/", f"/contacts/{customer}")]
    of_one = cost(f"/quotations/{one}")
    for _more in range(6):
        many = drafted(host, wish_for(customer, *lines(8)))
    assert [cost(path) for path in ("/quotations/", f"/contacts/{customer}")] == few
    assert cost(f"/quotations/{many}") == of_one


def test_a_customer_accepts_without_signing_in(
    client: FlaskClient, host: Host, customer: UUID
) -> None:
    key, token = sent(host, wish_for(customer))
    page = client.get(f"/offers/{token}")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    seal = page.text.split('name="seal" value="')[1].split('"')[0]
    unsigned = client.post(f"/offers/{token}/accept", data={"seal": seal, "name": " "})
    assert (unsigned.status_code, "wrong-accept-name" in unsigned.text) == (422, True)
    other = client.post(f"/offers/{token}/accept", data={"seal": "0" * 64, "name": "Ada"})
    assert other.status_code == 409
    script = {"seal": seal, "name": "Ada", "signature": 'M0 0"/><script>'}
    assert client.post(f"/offers/{token}/accept", data=script).status_code == 422
    drawn = {"seal": seal, "name": "Ada Lovelace", "signature": "M10 10 L20 30"}
    for _click in range(2):
        assert client.post(f"/offers/{token}/accept", data=drawn).status_code == 303
    thanks = client.get(f"/offers/{token}").text
    assert "Accepted by Ada Lovelace" in thanks
    assert 'd="M10 10 L20 30"' in thanks
    paper = client.get(f"/offers/{token}/pdf")
    assert (paper.data[:8], paper.mimetype) == (b"%PDF-1.7", "application/pdf")
    for wrong in ("nonsense", token[:-1], "x" * 200):
        assert client.get(f"/offers/{wrong}").status_code == 404
        assert client.post(f"/offers/{wrong}/accept", data=drawn).status_code == 404
        assert client.get(f"/offers/{wrong}/pdf").status_code == 404
    assert client.get(f"/quotations/{key}").status_code == 303  # to the sign-in


def test_the_api_has_the_whole_life(browser_client: FlaskClient, customer: UUID) -> None:
    def post(path: str, body: object = None) -> Any:
        answer = browser_client.post(f"/api/v1{path}", json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json

    line = {"sku": "W001", "quantity": "2", "discount": {"kind": "percent", "value": "10"}}
    body = {"customer_id": str(customer), "currency": "EUR", "lines": [line]}
    made = post("/quotations", body)
    at = f"/quotations/{made['id']}"
    assert (made["state"], made["total"], made["given_away"]) == ("draft", "23.76", "10")
    change = {**body, "version": made["version"], "terms": "Net 30"}
    made = cast("dict[str, Any]", browser_client.put(f"/api/v1{at}", json=change).json)
    assert made["terms"] == "Net 30"
    made = post(f"{at}/send", {"version": made["version"]})
    assert (made["state"], len(made["seal"])) == ("sent", 64)
    assert "/offers/" in post(f"{at}/links")["address"]
    made = post(f"{at}/revise", {"version": made["version"]})
    made = post(f"{at}/send", {"version": made["version"]})
    listed: Any = browser_client.get(f"/api/v1{at}/versions").json
    assert [one["state"] for one in listed["items"]] == ["sent", "revised"]
    compared: Any = browser_client.get(f"/api/v1{at}/versions/1/2").json
    assert compared["lines"] == []
    made = post(f"{at}/accept", {"revision": 2, "name": "By telephone: Ada"})
    assert (made["state"], made["answer"]["accepted"]) == ("ordered", True)
    promised = post(f"/orders/{made['order_id']}/promises", {"promised_on": "2999-01-01"})
    assert {one["kind"] for one in promised["items"]} == {"delivery", "price"}
    rate: Any = browser_client.get(f"/api/v1/promises/rate?customer_id={customer}").json
    assert (rate["open"], rate["decided"], rate["percent"]) == (2, 0, None)
    rows: Any = browser_client.get("/api/v1/quotations?state=ordered").json
    assert [row["id"] for row in rows["items"]] == [made["id"]]
    refused = browser_client.post(f"/api/v1{at}/cancel")
    assert refused.status_code == 409


@dataclass(frozen=True)
class Walk:
    page: Page
    axe: Callable[[Page], list[str]]
    live: str

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.live + path)
        self.clean()

    def clean(self) -> None:
        assert self.axe(self.page) == [], self.page.url
        wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{self.page.url} scrolls sideways"

    def draft(self) -> None:
        self.open("/quotations/")
        self.open("/quotations/new")
        page = self.page
        page.get_by_role("link", name="Harbour Cycles").click()
        page.get_by_label("Product, line 1").fill("W001")
        page.get_by_label("Quantity, line 1").fill("3")
        page.get_by_label("Discount, line 1").fill("5 %")
        page.get_by_label("Leaves our warehouse by").fill("2999-01-31")
        self.clean()
        page.get_by_role("button", name="Save the draft").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("QU-")
        self.clean()

    def send(self) -> str:
        """The address that is passed on by hand."""
        self.page.get_by_role("button", name="Send").click()
        address = self.page.get_by_role("link", name="/offers/").get_attribute("href")
        self.clean()
        return address or ""

    def revise(self) -> None:
        self.page.get_by_label("More actions").click()
        self.page.get_by_role("button", name="Begin a new version").click()
        self.page.get_by_label("Quantity, line 1").fill("4")
        self.page.get_by_role("button", name="Save the draft").click()

    def sign(self, name: str) -> None:
        page = self.page
        drawing = page.get_by_label("Field to draw your signature in")
        drawing.scroll_into_view_if_needed()
        box = drawing.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 20, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 20, steps=5)
        page.mouse.up()
        self.clean()
        page.locator("#accept-name").fill(name)
        page.get_by_role("button", name="Accept and order").click()
        expect(page.get_by_text("Your order is SO-")).to_be_visible()
        expect(page.get_by_label(f"Signature of {name}")).to_be_visible()
        self.clean()


@pytest.fixture
def walk(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page], None],
    axe: Callable[[Page], list[str]],
    screen: Any,
    live: str,
) -> Walk:
    page = open_page(screen)
    sign_in(page)
    return Walk(page, axe, live)


@pytest.mark.browser
def test_a_quotation_from_draft_to_the_customers_yes(walk: Walk, customer: UUID) -> None:
    walk.draft()
    first = walk.send()
    walk.revise()
    newest = walk.send()
    walk.page.get_by_role("link", name="Compare with 1").click()
    walk.clean()
    walk.open(first)
    expect(walk.page.get_by_text("There is a newer version")).to_be_visible()
    walk.page.goto(newest)
    walk.sign("Ada Lovelace")
    walk.open(f"/contacts/{customer}")
    expect(walk.page.locator("main")).to_contain_text("Ordered")
    walk.page.goto(f"{walk.live}/quotations/")
    walk.page.get_by_role("link", name="QU-").first.click()
    expect(walk.page.locator("main")).to_contain_text("Ada Lovelace")
    walk.clean()
    walk.page.get_by_role("link", name="Order SO-").first.click()
    expect(walk.page.locator("main")).to_contain_text("2999")
    walk.clean()


@pytest.mark.browser
def test_pages_of_who_decides_keep_nobody_out(walk: Walk, customer: UUID, host: Host) -> None:
    half = Discount(DiscountKind.PERCENT, Decimal(50))
    asked = OfferLine(sku="W002", quantity=Decimal(1), discount=half)
    key = drafted(host, wish_for(customer, asked))
    with host.write(system()) as work:
        ask_approval(work, key, why="A good customer", version=None)
    for path in ("/", f"/quotations/{key}", "/quotations/policy", "/promises/"):
        walk.open(path)
    walk.page.goto(f"{walk.live}/quotations/{key}")
    walk.page.get_by_role("button", name="Refuse").click()
    expect(walk.page.locator("main")).to_contain_text("Say what would be possible instead")
    walk.clean()
