"""Text that starts the flow."""
