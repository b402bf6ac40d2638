"""Steps at the ERP from a shell: the order is looked up over HTTP, as any program would do it."""

from __future__ import annotations

from typing import Any

from core.demo.api import Api
from core.demo.erp import demo_erp
from core.demo.folder import Folder
from core.demo.steps import Step, act
from core.errors import NotFound, RuleBroken

#: What an order's reference has behind the order's number.
_TAIL = 1 + 6


def act_on(folder: Folder, step: Step, name: str) -> str:
    """``name`` is the order's number or reference. Raise NotFound and RuleBroken in one line."""
    credentials, connector = folder.credentials, folder.connector
    if credentials is None or connector is None:
        raise NotFound("There is no demo here: start one with make demo.")
    order = _order(Api.of(credentials), name)
    _refuse_done(order, step)
    return f"{order['number']}: {act(demo_erp(folder, connector), step, _reference(order))}"


def _refuse_done(order: dict[str, Any], step: Step) -> None:
    """What Tandem knows to be done already, said before the ERP is asked."""
    states = order["states"]
    if step is Step.SHIP and states["fulfilment"] == "full":
        raise RuleBroken(f"Order {order['number']} is shipped already.")
    if step is Step.INVOICE and states["billing"] == "full":
        raise RuleBroken(f"Order {order['number']} is invoiced already.")


def _order(api: Api, name: str) -> dict[str, Any]:
    for number in (name, name[:-_TAIL]):
        for found in api.list("/orders", number=number) if number else ():
            order = api.get(f"/orders/{found['id']}")
            if number == name or name in {link["reference"] for link in order["links"]}:
                return order
    raise NotFound(f"There is no order {name}.")


def _reference(order: dict[str, Any]) -> str:
    number, links = order["number"], order["links"]
    if order["states"]["commercial"] == "draft":
        raise RuleBroken(f"Order {number} is a draft: confirm it first.")
    for link in links:
        if link["state"] == "confirmed":
            return str(link["reference"])
        if link["state"] is None:
            raise RuleBroken(f"Order {number} was born in the ERP: it has no reference of ours.")
        raise RuleBroken(
            f"Order {number} is not in the ERP yet: {link['message'] or link['state']}"
        )
    raise RuleBroken(f"Order {number} is not in the ERP.")
