"""The store: runs and what they made, workflows, triggers, files, messages. History is a view of it."""
