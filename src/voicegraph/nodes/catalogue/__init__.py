"""One file a service. Listed in `nodes/builtin.py`; the files do not import each other."""
