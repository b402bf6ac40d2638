"""The verbs of loyalty. Nothing here commits; whoever opened the unit of work does."""
