"""GitHub: its REST interface, the names people use for its things, and those things as text and rows."""
