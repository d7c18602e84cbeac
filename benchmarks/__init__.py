"""Measurements of the budgets, as ratios within one invocation; nothing here asserts."""
