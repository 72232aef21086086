"""Fetching rows from where a contract says they come from, each kind of source in its own file. What they mean is not known here."""
