"""Tryton's JSON-RPC without Tandem: a login, lists of sales made, and pages of products read."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import requests

from connectors.tryton.wire import decoded, encoded
from core.clock import utcnow

_HEAD = ("company", "currency", "party", "warehouse", "invoice_address", "shipment_address")
_LINE = ("type", "product", "quantity", "unit", "unit_price", "taxes")
_LINES = [f"lines.{name}" for name in _LINE]
_PREFIX = "RAW-"
_STAMP = "last_modified_at"


class RawTryton:
    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._address = f"{settings['url']}/{settings['database']}/rpc/"
        self._http = requests.Session()
        login = self._post("common.db.login", settings["user"], {"password": settings["password"]})
        session = f"{settings['user']}:{login[0]}:{login[1]}"
        token = b64encode(session.encode()).decode()
        self._http.headers["Authorization"] = f"Session {token}"
        preferences = self._post("model.res.user.get_preferences", True, {})  # noqa: FBT003 - their signature
        self._context = {"company": preferences["company"]}

    def call(self, model: str, method: str, *args: object, **context: object) -> Any:
        return self._post(f"model.{model}.{method}", *args, {**self._context, **context})

    def _post(self, method: str, *params: object) -> Any:
        body = {"id": 0, "method": method, "params": encoded(params)}
        answer = self._http.post(self._address, json=body, timeout=300).json()
        if "result" not in answer:
            raise RuntimeError(f"{method}: {answer}")
        return decoded(answer["result"])


class RawSales:
    """Creates, quotes and confirms copies of the sale with the reference ``like``."""

    def __init__(self, rpc: RawTryton, *, like: str) -> None:
        self._rpc = rpc
        self._made = 0
        self._like = self._sale(like)

    def push(self, count: int) -> None:
        ids = self._call("create", [self._values() for _ in range(count)])
        self._call("quote", ids)
        self._call("confirm", ids)

    def check(self, count: int) -> None:
        """As far as ours: processing, with number and net."""
        domain = [["reference", "like", f"{_PREFIX}%"], ["state", "=", "processing"]]
        found = self._call("search_count", domain)
        if found != count:
            raise RuntimeError(f"{found} of {count} raw sales are there.")

    def _sale(self, reference: str) -> dict[str, Any]:
        names = [*_HEAD, "payment_term", *_LINES]
        (row,) = self._call("search_read", [["reference", "=", reference]], 0, None, None, names)
        lines = [
            {name: [["add", line["taxes"]]] if name == "taxes" else line[name] for name in _LINE}
            for line in row["lines."]
        ]
        head = {name: row[name] for name in (*_HEAD, "payment_term")}
        return {**head, "lines": [["create", lines]]}

    def _values(self) -> dict[str, Any]:
        self._made += 1
        today: date = utcnow().date()
        return {**self._like, "reference": f"{_PREFIX}{self._made}", "sale_date": today}

    def _call(self, method: str, *args: object) -> Any:
        return self._rpc.call("sale.sale", method, *args)


class RawProducts:
    """Reads products whose template changed, the fields ``names``, ``limit`` at a time.

    Two requests a page, as there is no other way: who changed, then what they are now.
    """

    def __init__(self, rpc: RawTryton, *, names: Sequence[str], limit: int) -> None:
        self._rpc = rpc
        self._names = list(names)
        self._limit = limit

    def read_since(self, moment: datetime) -> int:
        """How many changed later than ``moment``, a stamp of the ERP's."""
        domain: list[object] = [[_STAMP, ">", moment]]
        order, read = [[_STAMP, "ASC"], ["id", "ASC"]], 0
        while changed := self._search("product.template", domain, order, ["products", _STAMP]):
            ids = [key for row in changed for key in row["products"]]
            by_id = [["id", "ASC"]]
            read += len(self._search("product.product", [["id", "in", ids]], by_id, self._names))
            stamp, key = changed[-1][_STAMP], changed[-1]["id"]
            same = [[_STAMP, "=", stamp], ["id", ">", key]]
            domain = [["OR", [[_STAMP, ">", stamp]], same]]
        return read

    def _search(
        self, model: str, domain: Sequence[object], order: object, names: Sequence[str]
    ) -> list[dict[str, Any]]:
        limit = self._limit
        found: list[dict[str, Any]] = self._rpc.call(
            model, "search_read", domain, 0, limit, order, names, active_test=False
        )
        return found
