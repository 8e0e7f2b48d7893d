"""Slack channels."""
