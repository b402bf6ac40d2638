"""What runs by itself."""

from __future__ import annotations

from core.jobs.job import Job
from modules.service.jobs.asking import ask
from modules.service.jobs.delivering import deliver
from modules.service.jobs.minding import close, reckon, watch
from modules.service.jobs.polling import POLL_MAILBOX, poll, poll_mailbox
from modules.service.services.settings import RECKON
from modules.service.services.threads import DELIVER
from modules.service.services.tickets import ASK

JOBS = (
    Job(name="service.poll", run=poll, every_s=20, keep_done=False),
    Job(name=POLL_MAILBOX, run=poll_mailbox, keep_done=False, lane="mailbox"),
    Job(name=DELIVER, run=deliver, keep_done=False),
    Job(name=ASK, run=ask, keep_done=False),
    Job(name="service.watch", run=watch, every_s=20, keep_done=False),
    Job(name="service.close", run=close, cron="23 * * * *"),
    Job(name=RECKON, run=reckon, keep_done=False),
)
