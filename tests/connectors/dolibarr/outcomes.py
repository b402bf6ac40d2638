"""What each recorded exchange of Dolibarr 22.0.4 has to mean: its name, and the documented outcome.

An error is its class. Of an answer some values are named by their path.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core.sync.errors import (
    AuthFailed,
    InDoubt,
    NotFound,
    Rejected,
    SyncError,
    Unsent,
)

Outcome = type[SyncError] | Mapping[str, Any]

_NAME = "บริษัท สยาม Công ty Việt Nguyễn 上海公司 & <Co>"

WRITES: dict[str, Outcome] = {
    "createInvoice": {"id": "3", "ref": "FA2611-0001", "ref_ext": "CRM-INV-1"},
    "createInvoice.dup_ref_ext": {"id": "4", "ref": "(PROV4)"},
    "createInvoice.no_ref": Rejected,
    "createInvoiceFromOrder": {"id": "1"},
    "createInvoiceFromOrder.again": {"id": "2"},
    "createOrder.1line": {"id": "3", "ref": "CO2611-0001"},
    "createOrder.2lines_status1": {"id": "4", "ref": "CO2611-0002"},
    "createOrder.3lines": {"id": "1", "ref": "(PROV1)"},
    "createOrder.dup_ref_ext": {"id": "2", "ref": "(PROV2)"},
    "createPayment": {"id": "1"},
    "createProductOrService": {"id": "1"},
    "createProductOrService.SKU-3": {"id": "7"},
    "createProductOrService.dup_ref": Rejected,
    "createProductOrService.dup_ref_ext": {"id": "2"},
    "createProductOrService.stock_wh": {"id": "6"},
    "createThirdParty": {"id": "2", "ref": _NAME},
    "createThirdParty.dup_ref_ext": {"id": "3"},
    "createThirdParty.min": {"id": "1"},
    "err.date_garbage": Rejected,
    "err.missing_product": {"id": "550"},  # stored with a dangling product: we look before
    "err.missing_thirdparty": Rejected,
    "err.status1_bad_date": InDoubt,  # an empty code is no success
    "err.status1_missing_thirdparty": InDoubt,
    "updateOrder.close": {"id": "3", "ref": "CO2611-0001"},
    "updateOrder.status1": {"id": "2", "ref": "CO2611-0004"},
    "validOrder": InDoubt,  # refused, done and done before look the same
    "validOrder.again": InDoubt,
    "validOrder.ok": InDoubt,
}

READS: dict[str, Outcome] = {
    "err.bad_parameters": Rejected,
    "err.db_down": Unsent,  # HTTP 202 with a page
    "err.noperm_get": AuthFailed,
    "err.not_found": NotFound,
    "err.wrong_key": AuthFailed,
    "err.wrong_password": AuthFailed,
    "getInvoice.by_ref_ext": {
        "invoice.total": Decimal("145.19"),
        "invoice.lines.line.#": 2,
        "invoice.lines.line.0.desc": "Widget",
        "invoice.date": date(2026, 11, 21),
    },
    "getInvoicesForThirdParty": Rejected,  # broken over there: read over REST
    "getListOfProductsOrServices": {"products": None},  # '' filters mean 0
    "getListOfThirdParties": {
        "thirdparties.thirdparty.#": 3,
        "thirdparties.thirdparty.1.ref": _NAME,
    },
    "getOrder.by_id_3lines": {
        "order.lines.line.#": 3,
        "order.lines.line.2.qty": "1.5",
        "order.total_net": Decimal("495.99"),
        # 10:48:30Z over there is 10:48:30 in Bangkok.
        "order.date_modification": datetime(2026, 11, 22, 3, 48, 30, tzinfo=UTC),
        "order.date": date(2026, 11, 20),
    },
    "getOrder.by_ref_ext": {"order.id": "3", "order.status": 1, "order.lines.line.#": 1},
    "getOrder.dup_ref_ext": {"order.id": "1", "order.ref_ext": "CRM-SO-1001"},  # one of two
    "getOrdersForThirdParty": {
        "orders.order.#": 4,
        "orders.order.0.lines.line.#": 3,
        "orders.order.0.date_modification": None,
    },
    "getProductOrService.SKU-1": {"product.id": "1", "product.stock_real": "0"},
    "getProductOrService.dup_ref_ext": {"product.id": "1"},
    "getThirdParty.by_id": {
        "thirdparty.ref": _NAME,
        "thirdparty.date_creation": datetime(2026, 11, 22, 3, 46, 59, tzinfo=UTC),
    },
    "getThirdParty.by_ref_ext": Rejected,  # DUPLICATE_FOUND
}

#: Sent, and read back by the ``.get`` of the same name.
ROUND_TRIPS = (
    "chinese", "emoji", "html", "newlines", "spaces", "thai", "viet", "viet_nfd", "zwsp",
)  # fmt: skip

#: Lists and records of the REST API, by what the connector makes of their rows.
ROWS: dict[str, Outcome] = {
    "rest.orders_list": {"ids": ("1", "2", "3", "4"), "states": ("confirmed",) * 4},
    "rest.orders_page": {"ids": ("1", "2")},
    "rest.orders_tms": {"ids": ("4", "1", "2", "3")},
    "rest.orders_tms_iso": {"ids": ("1", "2", "3", "4")},
    "rest.orders_tms_future": {"ids": ()},
    "rest.orders_ref_ext": {"ids": ("1", "2"), "references": ("CRM-SO-1001",) * 2},
    "rest.orders_props": {"ids": ("1", "2", "3", "4")},
    "rest.orders_bad": Unsent,  # 503 with the database's words
    "rest.order_404": NotFound,
    "rest.order_ref_ext": {"ids": ("3",), "states": ("confirmed",), "nets": ("21",)},
    "rest.invoices_tms": {"ids": ("1", "2", "3", "4"), "open": ("25.2", "0", "135.19", "0")},
    "rest.products_tms": {"skus": ("SKU-1", "SKU-1B", "SKU-2", "SKU-3", "SVC-1")},
    "rest.get_product_stock": {"ids": ("1",), "levels": ("100",), "skus": ("SKU-1",)},
    "rest.stockmovements": {"ids": ("3", "4", "5", "6", "7", "8", "14", "15", "16", "17", "18")},
    "rest.stockmovements_tms": {
        "ids": ("14", "15", "16", "17", "18"),
        "levels": ("6@3", "1@3", "7@3", "1@3", "6@3"),
    },
    "rest.thirdparties": {"ids": ("1", "2", "3"), "names": ("Min Co", _NAME, "Dup Co")},
}

#: Writes of the REST API that were measured and the connector does without.
UNUSED: dict[str, Outcome] = {
    "rest.create_order": {"": 5},
    "rest.create_order_dup": {"": 6},
    "rest.invoice_from_order": {"id": 5, "ref": "(PROV5)"},
    "rest.post_stockmovement": {"": 6},
    "rest.validate_order": {"id": "5", "status": "1"},
    "rest.validate_order_again": InDoubt,  # 304: neither yes nor no
}

#: A page of an error with HTTP 202 around the SOAP answer, a cut request, and a list without reply.
BROKEN = ("race.1", "race.http202", "raw.truncated", "noperm_list")
