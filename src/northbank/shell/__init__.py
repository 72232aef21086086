"""The world: database, web, clock, files. Everything that can fail for outside reasons."""
