"""A small language for rules about bars and indicators: text becomes a checked tree, a tree becomes numbers."""
