"""Commitments (告知承诺): where each stands, and what has to be published of it."""
