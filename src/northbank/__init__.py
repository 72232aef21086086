"""Northbank (北岸): a district's digital operation and governance center."""
