"""Which installation a database is, and how it is noticed that it is a copy or an older state."""
