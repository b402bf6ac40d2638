"""What the README says is so."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.actor import system
from core.app import create_app
from core.config import Settings
from core.host import Host
from core.registry.discovery import Found, Installed
from core.registry.manifest import Module
from core.registry.registry import Registry
from core.testing.people import administrator, browser_of, enrol

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_setting_is_in_the_table() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", README, re.MULTILINE)
    told = [name for row in rows for name in re.findall(r"\w+", row)]
    assert sorted(told) == sorted(item.name for item in fields(Settings))


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_first_module_works_as_it_stands_there(
    host: Host, company: Any, installed: Registry
) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    said: dict[str, Any] = {"__name__": "acme_hello"}
    exec(compile(source, "README.md", "exec"), said)  # noqa: S102 - it is our own README
    module: Module = said["module"]
    mine = Installed(module.name, module, "core.testing", "acme-hello", "0")
    found = Found({**installed.found.installed, module.name: mine}, {})
    opened = Host(
        host.settings, host.database, Registry(installed.own, found, installed.connectors)
    )
    opened.enable(module.name, system())
    browser: FlaskClient = browser_of(create_app(opened), enrol(opened, administrator(company)))
    assert browser.get("/hello/").text == "Hello"
    assert "/hello/" in browser.get("/").text
