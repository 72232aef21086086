"""Work done on a timer."""
