"""How fast two and three sides are reconciled, and raw cells made canonical, against floors and peers."""
