"""Two releases side by side: `python -m tests.compare BASE` shows whether pages, API and events are the same."""
