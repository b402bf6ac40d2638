"""The light at the top of every page: one colour and one sentence for all connections."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from core.sync.errors import AuthFailed, Rejected, Unsent
from core.workers import Process
from tests.core.sync.pages.office import Office


def test_the_light_has_the_colour_of_the_worst(office: Office, browser_client: FlaskClient) -> None:
    worker = Process(office.host.database, lease_s=60)
    worker.beat()

    def light() -> tuple[str, str]:
        page = browser_client.get("/light").text
        found = re.search(r'data-tone="(\w+)" title="([^"]*)"', page)
        assert found is not None
        return found[1], found[2]

    assert light() == ("grey", "No ERP is connected")
    key = office.connect()
    assert light() == ("green", "In step")
    office.stop(key, 2, Rejected("unknown product W999"))
    assert light() == ("amber", "2 records need a person")
    office.fail(Unsent("no answer"))
    office.pull(key)
    assert light() == ("amber", "Trouble with Tryton")
    office.fail(AuthFailed("the password is wrong"))
    office.pull(key)
    assert light() == ("red", "Tryton refuses our credentials")
    assert 'class="banner"' not in browser_client.get("/").text
    worker.leave()
    assert light() == ("red", "No worker runs")
    assert "tandem worker" in browser_client.get("/").text
