"""The nouns: frozen structs without behaviour beyond small properties."""
