"""Open311 GeoReport v2: the same cases and flows in the words, formats and error shapes of that standard."""
