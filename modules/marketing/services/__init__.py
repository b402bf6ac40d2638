"""The verbs of marketing. Nothing here commits; whoever opened the unit of work does."""
