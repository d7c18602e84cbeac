"""The words every room speaks: the error tree, the two languages, and declared files with line numbers.

This is the one room that all others may import; it imports none of them.
"""
