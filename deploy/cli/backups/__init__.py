"""Backups that run by themselves: when, kept for how long, tried again, rehearsed, and what is said of them."""
