"""What a connection may risk."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.core.sync.pages.office import Office
from tests.core.sync.pages.test_connections import typed

#: Pages need one database: that each answers on PostgreSQL too is test_every_page.py.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_what_a_connection_may_risk_is_set_and_kept_in_its_history(
    office: Office, browser_client: FlaskClient
) -> None:
    key = office.connect()
    edit = f"/connections/{key}/edit"

    def saved(tolerance: str, **boxes: str) -> TestResponse:
        version = str(office.connection(key).version)
        sent = typed(connection_tolerance=tolerance, version=version, **boxes)
        return browser_client.post(edit, data=sent)

    refused = saved("a cent", connection_at_most_once="true")
    assert refused.status_code == 422
    assert 'id="wrong-connection_tolerance"' in refused.text
    assert risks(office, key) == (Decimal("0.01"), False)

    assert saved("0.02", connection_at_most_once="true").status_code == 303
    assert risks(office, key) == (Decimal("0.02"), True)
    assert 'value="0.02"' in browser_client.get(edit).text
    assert (
        "Orders to an ERP that can not be asked for them"
        in browser_client.get(f"/connections/{key}").text
    )

    assert saved("0.02").status_code == 303
    assert risks(office, key) == (Decimal("0.02"), False), "a box that is not ticked is not sent"


def risks(office: Office, key: UUID) -> tuple[Decimal, bool]:
    found = office.connection(key)
    return found.tolerance, found.accepts_at_most_once
