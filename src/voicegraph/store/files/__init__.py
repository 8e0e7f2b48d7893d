"""Stored files: what is known of each, and its bytes in the data folder."""
