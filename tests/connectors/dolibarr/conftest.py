from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.dolibarr.books import populate
from tests.connectors.dolibarr.server import Dolibarr, serving


@pytest.fixture
def dolibarr() -> Iterator[Dolibarr]:
    with serving(Dolibarr()) as erp:
        populate(erp.books)
        yield erp
