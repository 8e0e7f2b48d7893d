"""Mail: recipients, a message that cannot be bent, and the mail server."""
