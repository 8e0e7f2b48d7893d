"""Where and when nodes run, and what survives a crash: live (in process), embedded (durable)."""
