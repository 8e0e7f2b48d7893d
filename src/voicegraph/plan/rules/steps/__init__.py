"""Steps of a clause: where the material comes from, what is made of it, and where the result goes."""
