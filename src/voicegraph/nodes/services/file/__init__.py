"""Files of a run, kept and downloadable."""
