"""The sending job: one lane at a time, one mail in hand at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from core.clock import utcnow
from core.errors import Invalid
from core.installation.standing import standing
from core.jobs.job import Job, JobContext
from core.jobs.queue import enqueue
from core.mail import InDoubt, Mail, Mailer, Rejected, Unsent
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.marketing.models import Campaign
from modules.marketing.rules.merging import MissingField
from modules.marketing.rules.states import CampaignState, Reason, SendState
from modules.marketing.services import campaigns, outcomes, sending
from modules.marketing.services.letters import Place, place, write
from modules.marketing.services.sending import Batch, Lane

SEND, DECIDE = "marketing.send", "marketing.decide"
#: A lane lets others have the worker's thread after so long.
_TURN = timedelta(minutes=1)
#: The server refusing that many mails in a row, each as a whole, refuses the campaign.
_REFUSED_IN_A_ROW = 10

Settle = Callable[[UnitOfWork], None]


def send(context: JobContext, args: Mapping[str, Any]) -> None:
    """What is due on a lane. An unreachable server is raised: the job tries again later."""
    lane = Lane.of(args)
    with context.write() as work:
        if standing(work).may_be_copy:
            return
        words = _("The worker that sent it died: it may have gone out.")
        sending.doubt_the_lost(work, lane, words)
    where = place(context.host.settings)
    ends = utcnow() + _TURN
    with Mailer(context.host.settings) as mailer:
        turn = _Turn(context, mailer, where)
        while not context.stopping:
            with context.read() as work:
                batch = sending.next_batch(work, lane)
            if not batch.rows or utcnow() > ends:
                _go_on(context, lane, batch)
                return
            if not turn.send_all(batch):
                return


class _Turn:
    """One connection to the server, and the mail in hand."""

    def __init__(self, context: JobContext, mailer: Mailer, where: Place) -> None:
        self._context, self._mailer, self._where = context, mailer, where
        self._refused = 0

    def send_all(self, batch: Batch) -> bool:
        """False when the lane is to stand still: paused, cancelled, or the worker is to stop.

        What became of one mail and that the next is in hand is one transaction.
        """
        settle: Settle | None = None
        for row in batch.rows:
            mail = self._written(batch, row)
            with self._context.write() as work:
                if settle is not None:
                    settle(work)
                goes_on, taken = _take(work, row.id, mail, batch)
            settle = None
            if not goes_on:
                return False
            if taken and isinstance(mail, Mail):
                settle = self._deliver(row.id, mail)
            if self._context.stopping:
                break
        if settle is not None:
            with self._context.write() as work:
                settle(work)
        return not self._context.stopping and self._accepted()

    def _written(self, batch: Batch, row: Row[*tuple[Any, ...]]) -> Mail | Invalid:
        try:
            to = batch.addressed(row)
            return write(batch.drafts[row.message_id], to, batch.policy, self._where)
        except Invalid as error:
            return error

    def _deliver(self, send_id: UUID, mail: Mail) -> Settle:
        """Hand it over; answers what is to be written down."""
        try:
            receipt = self._mailer.send(mail)
        except Unsent as error:
            return self._not_now(send_id, error)
        except InDoubt as error:
            return partial(_settle, send_id, SendState.IN_DOUBT, str(error))
        except Rejected as error:
            return self._no(send_id, error)
        self._refused = 0
        return partial(_settle, send_id, SendState.SENT, receipt.words)

    def _not_now(self, send_id: UUID, error: Unsent) -> Settle:
        if error.refused:
            return lambda work: sending.later(work, send_id, str(error))
        with self._context.write() as work:
            sending.put_back(work, send_id, str(error))
        raise error

    def _no(self, send_id: UUID, error: Rejected) -> Settle:
        if error.refused:
            refusal = next(iter(error.refused.values()))
            return lambda work: outcomes.refused(work, send_id, refusal)
        self._refused += 1
        return partial(_settle, send_id, SendState.REFUSED, str(error))

    def _accepted(self) -> bool:
        """Raise Unsent, and stop for a while, when the server takes no mail of ours at all."""
        if self._refused >= _REFUSED_IN_A_ROW:
            raise Unsent(_("The mail server refuses every mail of this campaign: see its sends."))
        return True


def _take(work: UnitOfWork, send_id: UUID, mail: Mail | Invalid, batch: Batch) -> tuple[bool, bool]:
    """Whether the lane goes on, and whether this mail is in hand."""
    if isinstance(mail, Invalid):
        missing = isinstance(mail, MissingField)
        reason = Reason.MISSING_FIELD if missing else Reason.NO_ADDRESS
        sending.suppress(work, send_id, reason, str(mail))
        return True, False
    if sending.take(work, send_id, batch.policy):
        return True, True
    return sending.refuse(work, send_id), False


def _settle(send_id: UUID, state: SendState, words: str, work: UnitOfWork) -> None:
    sending.settle(work, send_id, state, words)


def _go_on(context: JobContext, lane: Lane, batch: Batch) -> None:
    """Nothing is due, or the turn is over: look again when something is, or close the campaign."""
    with context.write() as work:
        again = utcnow() if batch.rows else batch.look_again
        if again is not None:
            look(work, lane, at=max(again, utcnow()))
        elif lane.campaign_id is not None:
            _close(work, lane.campaign_id)


def _close(work: UnitOfWork, campaign_id: UUID) -> None:
    campaign = work.session.get_one(Campaign, campaign_id, with_for_update=True)
    if campaign.state is not CampaignState.RUNNING:
        return
    if campaigns.waits_for_winner(work, campaign):
        decide_at = utcnow() + timedelta(hours=campaign.decide_after_hours)
        args = {"campaign": str(campaign.id)}
        enqueue(work, DECIDE, args, key=str(campaign.id), run_at=decide_at)
    elif sending.is_over(work, campaign):
        campaigns.complete(work, campaign)


def decide(context: JobContext, args: Mapping[str, Any]) -> None:
    """The test has had its time: the rest gets the winner."""
    with context.write() as work:
        campaign = work.session.get_one(Campaign, UUID(args["campaign"]), with_for_update=True)
        if campaign.state is CampaignState.RUNNING and campaign.winner_id is None:
            campaigns.choose_winner(work, campaign)
            look(work, Lane(campaign.company_id, campaign.id))


def look(work: UnitOfWork, lane: Lane, *, at: Any = None) -> None:
    """Have the lane looked at once this transaction is committed, or ``at`` a time."""
    enqueue(work, SEND, lane.args, key=lane.key, partition=lane.key, run_at=at)


JOBS = (
    # An unreachable server is waited for all day; greylisting and refusals count by the mail.
    Job(name=SEND, run=send, max_attempts=400, longest_wait_s=300),
    Job(name=DECIDE, run=decide),
)
