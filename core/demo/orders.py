"""The orders a demo begins with, placed over HTTP."""

from __future__ import annotations

from typing import Any

from core.demo.api import Api
from core.errors import RuleBroken

#: Our reference, and how many of which products: places in the list of what can be ordered.
_ORDERS = (
    ("DEMO-1", ((0, 2), (7, 4))),
    ("DEMO-2", ((3, 1),)),
    ("DEMO-3", ((5, 10), (9, 10), (11, 2))),
    ("DEMO-4", ((2, 1), (6, 3))),
    ("DEMO-5", ((8, 25),)),
    ("DEMO-6", ((1, 1), (4, 1))),
)
#: Stays a draft: a person confirms it and follows it.
_DRAFT = "DEMO-6"


def place_orders(api: Api, currency: str) -> int:
    """A second call finds them by their references and places nothing; answers how many are new."""
    customers = api.list("/parties", role="customer", sort="name", limit="200")
    products = _orderable(api)
    if not customers or not products:
        raise RuleBroken("The ERP has no customer or no product yet to order with.")
    new = 0
    for place, (reference, lines) in enumerate(_ORDERS):
        order = _known(api, reference)
        if order is None:
            new += 1
            wanted = [(products[index % len(products)], amount) for index, amount in lines]
            body = {
                "customer_id": customers[place * len(customers) // len(_ORDERS)]["id"],
                "currency": currency,
                "lines": [{"sku": sku, "quantity": str(amount)} for sku, amount in wanted],
                "client_reference": reference,
            }
            order = api.post("/orders", body)
        if order["states"]["commercial"] == "draft" and reference != _DRAFT:
            api.post(f"/orders/{order['id']}/confirm")
    return new


def _orderable(api: Api) -> list[str]:
    products = api.list("/products", stocked="true", active="true", sort="sku", limit="200")
    return [product["sku"] for product in products if product["unit_price"] is not None]


def _known(api: Api, reference: str) -> dict[str, Any] | None:
    return next(iter(api.list("/orders", client_reference=reference)), None)
