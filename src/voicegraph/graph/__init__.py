"""The workflow model: nodes, edges, triggers; validation, ordering, layout, edits, diff. No I/O."""
