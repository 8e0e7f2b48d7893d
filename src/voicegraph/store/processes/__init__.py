"""One database shared by several processes, and how the one before ended."""
