"""Cut a command into clauses of one verb each, read the words that link them, and put them in the order of meaning."""
