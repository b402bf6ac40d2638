"""The outbound half of the sync: claim, look, write, settle."""
