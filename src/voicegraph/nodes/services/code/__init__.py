"""Python of the user's, in an interpreter without host, files or network, in a process of its own."""
