"""What the safety of the inbound half rests on, each piece alone. The mutants take them away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.sync.documents import Invoice, InvoiceState
from core.sync.pull import stream
from modules.billing.models import Invoice as StoredInvoice
from modules.catalog.models import Product as StoredProduct
from tests.core.sync.pull.conftest import Shop
from tests.core.sync.pull.test_pull import order_there


class Killed(BaseException):
    """The worker is gone."""


def test_a_kill_while_a_page_is_stored_leaves_the_cursor_before_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is read again as a whole: nothing of it was kept."""
    apply: Callable[..., object] = stream.Reader.apply

    def kill(reader: stream.Reader, *args: object) -> object:
        took = apply(reader, *args)
        if reader.receives.kind == "catalog.product":
            raise Killed
        return took

    monkeypatch.setattr(stream.Reader, "apply", kill)
    with pytest.raises(Killed):
        shop.pull()
    assert [cursor.stamp for cursor in shop.cursors("catalog.product")] in ([], [None])
    assert shop.all(StoredProduct) == []
    monkeypatch.undo()
    shop.pull()
    assert shop.all(StoredProduct) != []


def test_back_to_exactly_what_it_was_is_a_change_too(shop: Shop) -> None:
    """Issued, paid, and issued again to the letter: the last one applied is what counts."""
    order = order_there(shop)
    shop.erp.invoice(order.reference or "")
    shop.pull()
    (issued,) = shop.erp.store.all(Invoice)
    shop.erp.pay(order.reference or "")
    shop.pull()
    shop.erp.store.put(issued.id, issued.body)
    shop.pull()
    (invoice,) = shop.all(StoredInvoice)
    assert (invoice.state, invoice.open) == (InvoiceState.OPEN, issued.body.open.amount)
