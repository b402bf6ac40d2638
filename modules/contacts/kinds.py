"""What the bindings call the records of contacts."""

PARTY = "contacts.party"
