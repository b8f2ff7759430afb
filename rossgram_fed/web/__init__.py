"""HTML plumbing: rendering, sessions, forms, refusals, headers. It knows no feature."""
