"""What only a checkout of the source can do."""
