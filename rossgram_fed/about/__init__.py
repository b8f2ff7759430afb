"""What this server is, for whoever comes by."""
