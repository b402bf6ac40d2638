"""What an admin enters to connect a Tryton."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from connectors.tryton.settings import TrytonSettingsSchema

GOOD = {"url": "https://erp:8000", "database": "crm", "user": "crm", "password": "p"}


def test_a_good_one_is_taken() -> None:
    assert TrytonSettingsSchema().load(GOOD).url == GOOD["url"]


@pytest.mark.parametrize(
    "url", ["https://crm:hunter2@erp:8000", "file:///etc/passwd", "gopher://erp", "erp:8000", ""]
)
def test_an_address_is_http_and_holds_no_password(url: str) -> None:
    with pytest.raises(ValidationError) as raised:
        TrytonSettingsSchema().load({**GOOD, "url": url})
    assert list(raised.value.messages_dict) == ["url"]
