"""Engines: where and when nodes run, and what survives a crash. Live (in process), embedded (durable), Inngest."""
