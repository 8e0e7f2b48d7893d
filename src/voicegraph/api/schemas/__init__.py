"""The bodies that routes take and give, as OpenAPI shows them. One file a resource."""
