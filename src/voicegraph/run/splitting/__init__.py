"""A text as the items of a node with `each`: lists, tables, lines."""
