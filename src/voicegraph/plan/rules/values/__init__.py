"""Values as people say them: numbers, lengths of time, times of day, time zones."""
