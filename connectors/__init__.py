"""The outside world, and nothing else talks to it: portals, databases and files, each behind two small protocols."""
