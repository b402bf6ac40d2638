"""Facts kept, customers scored, suggestions made. Nothing here commits."""
