"""Answers kept at hand for a while: asked for once, whoever wants them; old ones say that they are."""
