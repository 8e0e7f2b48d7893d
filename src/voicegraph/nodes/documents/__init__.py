"""Uploaded files -> text and data. `isolated.py` runs the parsers in a process of their own."""
