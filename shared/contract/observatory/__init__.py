"""What the observatory says: of its reviews, studies and surveys, and of the log itself."""
