"""Messages about runs and to the server of an engine, each kept until it is sent."""
