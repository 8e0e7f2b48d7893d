"""From clauses with steps to a graph: what follows what, side by side or on a condition."""
