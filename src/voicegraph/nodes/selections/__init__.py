"""JMESPath selections, with bounds on what they cost."""
