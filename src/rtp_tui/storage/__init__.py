"""What is remembered: one writer, any number of readers."""
