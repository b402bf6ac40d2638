"""Records both sides may change: one merge from what they last agreed on, and its conflicts."""
