"""One file per thing people do: read, decide in core, append. No policy here."""
