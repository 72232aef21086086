"""Journal, views, vault and the embedded PostgreSQL."""
