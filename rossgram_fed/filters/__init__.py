"""Words and posts that people do not want to come across, and where."""
