"""For the people who run the server: what waits, what failed, who is silent, how large it all is."""
