"""A unit of work: one transaction, who does it, and what is published in it.

Who opens it commits: a request, a job, a command. Services never do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from core.actor import Actor
from core.clock import utcnow

if TYPE_CHECKING:
    from core.events import Event, Subscription
    from core.registry.state import Enabled

#: What the journal calls this system; a connection's name stands there for facts from an ERP.
OURSELVES = "tandem"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWork:
    session: Session
    actor: Actor
    enabled: Enabled
    #: Which system says what is written here, and when it was seen there.
    source: str = OURSELVES
    observed_at: datetime = field(default_factory=utcnow)

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        return self.enabled.subscriptions

    def publish(self, event: Event) -> None:
        """Run the ``on`` subscribers now and keep the event for the ``after`` subscribers.

        An error in an ``on`` subscriber rolls everything back.
        """
        from core.events import store  # noqa: PLC0415 - events.py imports this module

        store(self.session, event)
        for subscription in self.subscriptions:
            if not subscription.durable and subscription.event is type(event):
                subscription.handler(event, self)
