"""The five services, in the order of the page's head."""

SERVICES = ("directory", "membership", "events", "newsletter", "observatory")
"""Each is also its path, `/directory`, and its word in subjects of the log"""
