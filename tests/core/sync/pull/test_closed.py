"""What a person closed stays closed until the ERP says something else."""

from __future__ import annotations

from dataclasses import replace

from core.sync.documents import SalesOrder
from core.sync.mending import close
from core.sync.models import InboxRow, InboxState
from tests.core.sync.pull.conftest import ACTOR, Shop
from tests.core.sync.pull.test_pull import order_there

ORDER = "sales.order"


def state(shop: Shop) -> InboxState:
    (row,) = shop.inbox(ORDER)
    return row.state


def test_the_same_version_is_no_news_and_a_later_one_is(shop: Shop) -> None:
    order = order_there(shop, product="GONE")
    shop.pull()
    (row,) = shop.inbox(ORDER)
    with shop.host.write(ACTOR) as work:
        work.session.get_one(InboxRow, row.id).state = InboxState.STOPPED
        close(work, row.id, "Nobody delivers that any more")
    shop.sweep(ORDER)
    shop.pull()
    assert state(shop) is InboxState.CLOSED
    sold = shop.erp.store.all(SalesOrder)[0]
    line = replace(order.lines[0], product="CHAIR-01")
    shop.erp.store.put(sold.id, replace(sold.body, lines=(line,)), reference=sold.reference)
    shop.pull()
    assert state(shop) is InboxState.APPLIED
