"""The pages of marketing: importing this completes their blueprints."""

from modules.marketing.pages import (
    campaigns,
    consents,
    journeys,
    messages,
    public,
    segments,
    settings,
    steps,
    suppressions,
)
from modules.marketing.pages.blueprint import blueprint, public_blueprint

__all__ = [
    "blueprint",
    "campaigns",
    "consents",
    "journeys",
    "messages",
    "public",
    "public_blueprint",
    "segments",
    "settings",
    "steps",
    "suppressions",
]
