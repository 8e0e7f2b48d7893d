"""Values as people say them: lengths of time, time zones. Numbers and times of day are in `speech.text`."""
