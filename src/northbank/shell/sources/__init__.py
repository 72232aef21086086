"""Records coming in from files and from the simulator."""
