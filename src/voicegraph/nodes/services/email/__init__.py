"""Mail over the configured server."""
