"""Uploaded files as text and data."""
