"""The outside world, and nothing else talks to it: portals and files, each behind two small protocols."""
