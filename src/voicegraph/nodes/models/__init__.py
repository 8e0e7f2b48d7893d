"""Language models: which one the settings mean, one exchange with it, and its answer checked."""
