"""What happened, in one file: gathered through the door, for whoever has to find out why."""
