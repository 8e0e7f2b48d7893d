"""The guarded HTTP client of all nodes: which addresses it reaches, redirects, bodies, and failures in words."""
