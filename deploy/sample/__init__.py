"""The sample: the history of a real network, 2012 to 2017, as commands."""

SAMPLE_NETWORK = "exemple"
"""The network that only the sample's data may have"""
