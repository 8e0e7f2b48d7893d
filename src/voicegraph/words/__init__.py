"""Words as people say and write them: patterns, numbers, times, durations, spelled addresses. Used by speech, planner and nodes."""
