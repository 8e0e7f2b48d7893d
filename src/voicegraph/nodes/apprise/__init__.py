"""Notifications through Apprise, over the guarded client."""
