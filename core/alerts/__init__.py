"""Alerts: told once when trouble begins, once a day while it holds, and once when it is over."""

from __future__ import annotations

from core.alerts.models import Cause
from core.alerts.raising import clear_alert, raise_alert

__all__ = ["Cause", "clear_alert", "raise_alert"]
