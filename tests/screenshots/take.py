"""The pictures of README.md, taken from the demo that runs here: ``make screenshots``."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Page, sync_playwright

from tests.conftest import CHROMIUM, QUIET_CHROMIUM

HERE = Path(__file__).parent
CREDENTIALS = Path(".demo/credentials.json")


def main() -> None:
    if not CREDENTIALS.exists():
        sys.exit("The demo does not run: start it with make demo, then take the pictures.")
    demo = json.loads(CREDENTIALS.read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=[*QUIET_CHROMIUM])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
        sign_in(page, demo)
        for name, path in pages(demo).items():
            page.goto(demo["url"] + path, wait_until="networkidle")
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


def sign_in(page: Page, demo: dict[str, Any]) -> None:
    page.goto(f"{demo['url']}/")
    page.get_by_label("E-mail").fill(demo["email"])
    page.get_by_label("Password").fill(demo["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{demo['url']}/")


def pages(demo: dict[str, Any]) -> dict[str, str]:
    """The six pages people see most; the order is the one that has come furthest."""
    headers = {"Authorization": f"Bearer {demo['api_token']}"}
    address = f"{demo['url']}/api/v1/orders?commercial=completed&source=tandem&limit=1"
    (order,) = requests.get(address, headers=headers, timeout=20).json()["items"]
    return {
        "home": "/",
        "customer": f"/contacts/{order['customer_id']}",
        "orders": "/orders/",
        "order": f"/orders/{order['id']}",
        "sync": "/sync/",
        "connections": "/connections/",
    }


def _chromium() -> str:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    return found or sys.exit("The pictures need Chromium: apt-get install chromium")


if __name__ == "__main__":
    main()
