"""The verbs of the portal. Nothing here commits; whoever opened the unit of work does."""
