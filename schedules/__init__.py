"""When: working days and deadlines."""
