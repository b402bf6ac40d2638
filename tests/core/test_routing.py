"""Routes are compiled when first needed, and write the addresses they always wrote."""

from __future__ import annotations

import pytest
from werkzeug.routing import BuildError, Map, Rule

from core.routing import Route

PATHS = ("/", "/orders/<uuid:key>", "/orders/<int:number>/<path:rest>", "/a b/<name>")
ASKED = (
    ("/", {"page": "2", "q": "ä ö"}),
    ("/orders/<uuid:key>", {"key": "0199e3a0-0000-7000-8000-000000000001"}),
    ("/orders/<int:number>/<path:rest>", {"number": 7, "rest": "x/y z", "more": "1"}),
    ("/a b/<name>", {"name": "Nguyễn/Thị"}),
)


@pytest.mark.parametrize(("path", "values"), ASKED)
def test_a_route_writes_what_a_plain_rule_writes(path: str, values: dict[str, object]) -> None:
    written = [
        Map([kind(one, endpoint=one) for one in PATHS]).bind("tandem.example").build(path, values)
        for kind in (Rule, Route)
    ]
    assert written[0] == written[1]


def test_a_route_that_lacks_a_value_is_refused_as_ever() -> None:
    addresses = Map([Route("/orders/<uuid:key>", endpoint="order")]).bind("tandem.example")
    with pytest.raises(BuildError):
        addresses.build("order", {})
    assert addresses.match("/orders/0199e3a0-0000-7000-8000-000000000001")[0] == "order"
