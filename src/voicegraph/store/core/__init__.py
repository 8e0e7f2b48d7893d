"""The journal that everything is written through, the reader, and rows as records."""
