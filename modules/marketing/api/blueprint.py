"""What the API of marketing hangs on."""

from core.api.blueprint import ApiBlueprint

blueprint = ApiBlueprint(
    "marketing", __name__, description="Consents, segments, campaigns and journeys."
)
