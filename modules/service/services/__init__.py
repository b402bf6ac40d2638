"""The verbs of service. Nothing here commits; whoever opened the unit of work does."""
