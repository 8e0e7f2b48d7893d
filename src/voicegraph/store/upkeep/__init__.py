"""Retention, removal, and room on the disk."""
