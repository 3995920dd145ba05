"""What events say to a person: a room for each kind of event."""
