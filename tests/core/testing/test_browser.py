"""What we vendor runs in real Chromium under the strictest policy our pages have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from playwright.sync_api import Page, expect

VENDOR = Path(__file__).resolve().parents[3] / "core/web/static/vendor"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
HTML = """<!doctype html><html lang="en"><head><title>Vendored</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="htmx-config" content='{"includeIndicatorCSS": false}'>
<link rel="stylesheet" href="/static/tabler-1.6.1/tabler.min.css">
<script src="/static/tabler-1.6.1/tabler.min.js" defer></script>
<script src="/static/htmx-4.0.1/htmx.min.js" defer></script></head>
<body><main><h1>Vendored</h1>
<svg class="icon" width="24" height="24" aria-hidden="true"
  ><use href="/static/tabler-icons-3.51.0/sprite.svg#home"/></svg>
<button class="btn" hx-get="/fragment" hx-target="#place">Ask</button><p id="place">Before</p>
%s</main></body></html>"""

UNNAMED = '<img src="/static/tabler-icons-3.51.0/sprite.svg">'

pytestmark = pytest.mark.browser


@pytest.fixture
def app() -> Flask:
    application = Flask("vendored", static_folder=str(VENDOR), static_url_path="/static")
    application.add_url_rule("/", "page", lambda: _answer(HTML % ""))
    application.add_url_rule(
        "/bad", "bad", lambda: _answer(HTML % '<img src="/static/tabler-icons-3.51.0/sprite.svg">')
    )
    application.add_url_rule("/fragment", "fragment", lambda: _answer("After"))
    return application


def _answer(html: str) -> Response:
    answer = Response(html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def test_the_vendored_files_work_under_a_strict_policy(
    screen: Any, open_page: Callable[..., Page], live: str, axe: Callable[[Page], list[str]]
) -> None:
    page = open_page(screen)
    page.goto(live)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#place")).to_have_text("After")
    assert page.locator("svg use").bounding_box() is not None
    assert axe(page) == []


def test_axe_names_what_keeps_people_out(
    page: Page, live: str, axe: Callable[[Page], list[str]]
) -> None:
    page.goto(f"{live}/bad")
    [violation] = axe(page)
    assert violation.startswith("image-alt: ")
