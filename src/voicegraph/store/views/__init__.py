"""The history: pages, filters, statistics, comparison, export, and the events of a run as they come."""
