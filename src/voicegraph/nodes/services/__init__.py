"""The services of the catalogue, a folder each. Listed in `nodes/builtin.py`; they do not import each other."""
