"""Tables, connections, migrations."""
