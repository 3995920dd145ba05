"""What is kept: validation, deduplication, change detection and bars; pure."""
