"""How safely: pure state machines told the time, and the supervisor that acts on them."""
