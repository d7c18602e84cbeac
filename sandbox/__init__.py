"""A pretend city to run against: bureau systems, ledgers, a credit platform, and the truth about all of them.

It imports nothing of the product and keeps its own truth in files that the product never reads.
"""
