"""Another saved workflow as a step."""
