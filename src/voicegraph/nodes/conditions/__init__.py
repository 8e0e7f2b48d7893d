"""CEL conditions: arithmetic, functions, cost, and why one cannot be judged."""
