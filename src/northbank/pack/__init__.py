"""Files of a city pack become one frozen City value."""
