"""What a day or a week was like: one model, several renderings."""
