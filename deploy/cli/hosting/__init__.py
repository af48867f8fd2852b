"""Commands that start, prepare or fill an installation on this machine."""
