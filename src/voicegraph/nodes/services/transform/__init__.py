"""Templates and selections over the input."""
