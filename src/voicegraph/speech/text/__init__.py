"""How spoken words are written: addresses spelled out, fillers, numbers. The planner's grammar stands on it as well."""
