"""Peers, each in a script of its own that runs in an environment of its own (``python -m tools.peers``)."""
