"""Measurements: `make bench`. Every figure stands beside a baseline taken in the same run on the same machine."""
