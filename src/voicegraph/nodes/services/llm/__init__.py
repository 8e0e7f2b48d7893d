"""A language model at work on the input; summaries without one."""
