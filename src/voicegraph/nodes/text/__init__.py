"""Texts as nodes give and take them: Markdown, tables, CSV, names of files, cut where they are too long."""
