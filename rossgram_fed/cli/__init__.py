"""The command line: one module a command. A command reads its words, calls one function, and says what came of it."""
