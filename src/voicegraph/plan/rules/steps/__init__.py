"""What a clause asks for: where the material comes from, what is made of it, and where the result goes."""
