"""HTML pages of the server: the front end, approval links, and addresses that are none."""
