"""What is true now, folded from events; the same fold on both sides of the wire."""
