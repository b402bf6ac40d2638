"""What the bindings call the records of contacts."""

#: Also what the search knows them by.
PARTY = "contacts.party"
