"""Commands about the log and its archive: audit, back up, restore, check."""
