"""Reconciliation: the proof that both sides agree, per connection, kind and day."""
