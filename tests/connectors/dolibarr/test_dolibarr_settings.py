"""How a connection to Dolibarr is set up, checked, and what its wires refuse."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from marshmallow import ValidationError

from connectors.dolibarr import connector
from connectors.dolibarr.connector import DolibarrSession
from core.sync.errors import AuthFailed, Rejected, Unsent
from core.sync.http import FrameworkSessions
from tests.connectors.dolibarr.server import Dolibarr, opened


def test_check_asks_both_wires(dolibarr: Dolibarr, session: DolibarrSession) -> None:
    assert session.check() == "Dolibarr 22.0.4"
    for name in ("soap_key", "password", "rest_key"):
        with pytest.raises(AuthFailed) as caught:
            opened(dolibarr, **{name: "wrong"}).check()
        assert list(caught.value.fields) == [name], "the setting at fault is named"


def test_check_compares_the_warehouse_and_the_currency(dolibarr: Dolibarr) -> None:
    wrong = {"warehouse": "4", "currency": "USD"}
    assert opened(dolibarr, currency="USD").check(), "no order tells the company's currency yet"
    order = dolibarr.books.create_order({"thirdparty_id": 1, "date": date(2026, 11, 22)})
    for name, value in wrong.items():
        with pytest.raises(Rejected) as caught:
            opened(dolibarr, **{name: value}).check()
        assert list(caught.value.fields) == [name], "the setting at fault is named"
    order["fk_multicurrency"], order["multicurrency_code"] = "2", "CHF"
    assert opened(dolibarr).check(), "an order in a foreign currency says nothing of our own"


def test_an_answer_that_is_no_record_is_no_answer(session: DolibarrSession) -> None:
    with pytest.raises(Unsent, match="did not answer a record"):
        session.rest.get("orders")
    with pytest.raises(Unsent, match="did not answer a list"):
        session.rest.rows("products/1", {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "ftp://erp.example.com"),
        ("url", "https://crm:secret@erp.example.com"),
        ("url", "https://erp.example.com/?key=secret"),
        ("login", ""),
        ("soap_key", ""),
        ("currency", "euro"),
        ("warehouse", "main"),
        ("time_zone", "Bangkok"),
        ("entity", "0"),
        ("units", {"KGM": "kilo"}),
    ],
)
def test_settings_that_can_not_work_are_refused_by_field(name: str, value: object) -> None:
    good = Dolibarr(port=80).settings
    with pytest.raises(ValidationError) as caught:
        connector.manifest.settings().load({**good, name: value})
    assert list(caught.value.messages_dict) == [name]


def test_settings_hide_their_secrets_and_know_their_zone() -> None:
    loaded = connector.manifest.settings().load(
        {**Dolibarr(port=80).settings, "time_zone": "Asia/Bangkok", "url": "https://erp/dolibarr/"}
    )
    assert loaded.url == "https://erp/dolibarr"
    assert loaded.zone == ZoneInfo("Asia/Bangkok")
    assert "of-tests" not in repr(loaded)
    company = connector.open(loaded, FrameworkSessions(allowed=())).company
    noon = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert company.wall_clock(noon) == "2026-11-22 12:00:00"
    assert company.day(int(datetime(2026, 11, 21, 17, tzinfo=UTC).timestamp())) == date(
        2026, 11, 22
    )
