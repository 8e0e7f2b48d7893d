"""Uploaded files -> text and data. `parsing_process.py` runs the parsers in a process of their own."""
