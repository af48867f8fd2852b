"""Commands that ask a running installation over HTTP (ADR 4)."""
