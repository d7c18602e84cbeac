"""Portals: one session, readers written in the YAML, one rule of evidence."""
