"""Rows of data sets: read, checked and kept by an engine, never by Python. Nothing of cases or of the journal lives here."""
