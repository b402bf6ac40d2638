"""Marketing for programs: importing this completes its blueprint."""

from modules.marketing.api import campaigns, consents, reports, segments
from modules.marketing.api.blueprint import blueprint

__all__ = ["blueprint", "campaigns", "consents", "reports", "segments"]
