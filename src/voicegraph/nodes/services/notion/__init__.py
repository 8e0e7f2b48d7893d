"""Notion: its REST interface, its blocks as Markdown and Markdown as its blocks."""
