"""Documents of a run, read."""
