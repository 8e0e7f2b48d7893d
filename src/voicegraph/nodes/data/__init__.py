"""JSON of any size: parsed, checked, sorted and told of in words."""
