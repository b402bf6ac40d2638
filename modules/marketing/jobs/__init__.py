"""What marketing does in the background."""

from __future__ import annotations

from modules.marketing.jobs import gathering, sending

JOBS = (*gathering.JOBS, *sending.JOBS)
