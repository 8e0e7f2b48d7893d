"""Tell people what became of runs: by mail and through Apprise, not too often, from an outbox."""
