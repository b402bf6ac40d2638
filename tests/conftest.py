"""Fixtures of this repository only; what third parties get is in ``core/testing/plugin.py``.

``live``       the address of ``app``, served on this machine for as long as the test runs
``open_page``  ``open_page(screen)``: a page of real Chromium; an error on it fails the test
``page``       the same, wide and light
``screen``     wide and light, then narrow and dark: each width and each scheme pages are made for
``any_screen`` every pair of them, for the pages that stand for all others
``sign_in``    ``sign_in(page)``: ``admin`` is signed in there
``axe``        ``assert axe(page) == []``: nothing on the page keeps anybody out

Tests of pages bear ``@pytest.mark.browser``. In CI a skipped test fails the run: completeness.py.
"""

from __future__ import annotations

import gc
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
import structlog
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright
from werkzeug.serving import make_server

pytest_plugins = [
    "pytester",
    "tests.completeness",
    "tests.fixtures_chaos",
    "tests.fixtures_imap",
    "tests.fixtures_tryton",
    "tests.fixtures_stage",
]

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET_CHROMIUM = (
    "--no-sandbox",  # CI is root in a container, where the sandbox can not start
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
AXE = Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js"
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
#: What takes seconds to start.
SERVERS = frozenset({"tryton", "fresh_tryton", "fake_demo", "start_demo"})

Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Screen:
    width: int = 1440
    height: int = 900
    scheme: Scheme = "light"

    @property
    def name(self) -> str:
        return f"{self.width}-{self.scheme}"


#: What is wrong with a page is wrong by its width or by its scheme: these show both of both.
CORNERS = (Screen(), Screen(390, 844, "dark"))
SCREENS = (*CORNERS, Screen(scheme="dark"), Screen(390, 844))
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def _plain_log() -> None:
    """Structlog's own way to show an exception paints each local: seconds of CPU for one."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )


@pytest.fixture(autouse=True)
def _this_machine_only(loopback_only: None) -> None:
    """No test of ours leaves this machine."""


@pytest.fixture(autouse=True)
def _own_secrets_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test calls a secret is a word in the next one's sentences."""
    monkeypatch.setattr("core.masking._KNOWN._learnt", {})
    monkeypatch.setattr("core.masking._KNOWN.forms", ())


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    with warnings.catch_warnings():
        # A file a browser left in the middle of is closed by nobody else in this small server.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        pytest.skip("No Chromium (on Debian: sudo apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(QUIET_CHROMIUM))
        yield chromium
        chromium.close()


@pytest.fixture(params=CORNERS, ids=lambda screen: screen.name)
def screen(request: pytest.FixtureRequest) -> Screen:
    chosen: Screen = request.param
    return chosen


@pytest.fixture(params=SCREENS, ids=lambda screen: screen.name)
def any_screen(request: pytest.FixtureRequest) -> Screen:
    chosen: Screen = request.param
    return chosen


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    if "live" in request.fixturenames:  # it ends after the pages, so no poll meets a closed door
        request.getfixturevalue("live")
    contexts = []
    problems: list[str] = []

    def opened(screen: Screen = SCREENS[0]) -> Page:
        context = browser.new_context(
            viewport={"width": screen.width, "height": screen.height}, color_scheme=screen.scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.extend(_logged(message)))
        page.on("response", lambda response: problems.extend(_absent(response)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == [], "the page has errors"


def _logged(message: ConsoleMessage) -> list[str]:
    # A refused form is an answer like any other, but Chromium logs it as an error.
    if message.type != "error" or "responded with a status of 4" in message.text:
        return []
    return [message.text]


def _absent(response: Response) -> list[str]:
    part = response.request.resource_type in {"stylesheet", "script", "image", "font"}
    return [f"{response.status} {response.url}"] if part and response.status >= 400 else []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


@pytest.fixture
def sign_in(admin_cookie: tuple[str, str], live: str) -> Callable[[Page], None]:
    def signed_in(page: Page) -> None:
        name, secret = admin_cookie
        page.context.add_cookies([{"name": name, "value": secret, "url": live}])

    return signed_in


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    source = AXE.read_text("utf-8")
    # Everything is looked at; only what is wrong is described node by node.
    options = f"{{runOnly: {list(AXE_RULES)}, resultTypes: ['violations']}}"
    run = f"axe.run({options}).then(found => found.violations)"

    def violations(page: Page) -> list[str]:
        # The page's own policy forbids to add a script or to evaluate one; the debugger may.
        debugger = page.context.new_cdp_session(page)
        debugger.send("Runtime.evaluate", {"expression": source})
        answer = debugger.send(
            "Runtime.evaluate", {"expression": run, "awaitPromise": True, "returnByValue": True}
        )
        debugger.detach()
        return [_in_words(violation) for violation in answer["result"]["value"]]

    return violations


def _in_words(violation: dict[str, Any]) -> str:
    places = ", ".join(node["html"][:120] for node in violation["nodes"][:3])
    return f"{violation['id']}: {violation['help']}: {places}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests begin, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: not _is_long(item))


def _is_long(item: pytest.Item) -> bool:
    needs = frozenset(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("slow") is not None or bool(needs & SERVERS)


def pytest_collection_finish() -> None:
    # What was imported lives as long as the run; looking through it again and again for garbage
    # was a third of the processor time of tests that make applications.
    gc.collect()
    gc.freeze()
