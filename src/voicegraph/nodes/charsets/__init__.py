"""Bytes from outside as text: declared encodings, guesses, one decoder."""
