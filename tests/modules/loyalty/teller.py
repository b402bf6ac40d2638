"""A process of its own that tells the ledger what the ERP said, again and again.

``python -m tests.modules.loyalty.teller <database> <folder> <company> <customer>``, then pairs of
an invoice and its credit note on standard input.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from core.compose import open_host
from core.config import Settings
from core.errors import Busy
from core.manifest import module as own
from core.registry.registry import installed_registry
from tests.modules.loyalty.shop import Shop

#: How often each thing is said by each process.
TIMES = 3


def main() -> None:
    url, folder, company, customer = sys.argv[1:]
    told = [[UUID(key) for key in line.split()] for line in sys.stdin]
    host = open_host(Settings(data_dir=Path(folder), database_url=url), installed_registry(own))
    shop = Shop(host, UUID(company), UUID(customer))
    acts = [act for invoice, note in told for act in said(shop, invoice, note)] * TIMES
    random.shuffle(acts)
    for act in acts:
        patiently(act)
    host.database.close()


def said(shop: Shop, invoice: UUID, note: UUID) -> list[Callable[[], object]]:
    return [lambda: shop.pay(invoice), lambda: shop.credited(invoice, "0", note=note)]


def patiently(act: Callable[[], object]) -> None:
    while True:
        try:
            act()
        except Busy:
            continue
        return


if __name__ == "__main__":
    main()
