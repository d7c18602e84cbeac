"""The command line: one file a command group, and one module that prints."""
