"""What a node can do: the action registry, params models, outputs, and the catalogue of services."""
