"""What the operations of contacts hang on."""

from core.api.blueprint import ApiBlueprint

READ, WRITE = "contacts.read", "contacts.write"

blueprint = ApiBlueprint(
    "contacts_api", __name__, description="Customers, suppliers and everybody else one deals with."
)
