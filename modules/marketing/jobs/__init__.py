"""What marketing does in the background."""

from __future__ import annotations

from modules.marketing.jobs import gathering, journeys, sending

JOBS = (*gathering.JOBS, *sending.JOBS, *journeys.JOBS)
