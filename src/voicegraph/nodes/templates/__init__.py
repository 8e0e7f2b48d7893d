"""Liquid templates of params, with bounds on what they cost."""
