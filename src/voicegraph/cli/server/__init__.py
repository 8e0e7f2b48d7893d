"""The server process: its socket, its connections and their limits."""
